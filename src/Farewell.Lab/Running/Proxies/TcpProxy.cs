using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Farewell.Lab.Running.Proxies;

/// <summary>A program that passes TCP connections on, as its package installs it and with its own defaults.</summary>
internal abstract class TcpProxy
{
    // Daemons are not on an ordinary user's path.
    private static readonly string[] DaemonFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    private static readonly TcpProxy[] All = [new Nginx(), new HaProxy()];

    /// <summary>The program's name.</summary>
    public abstract string Name { get; }

    /// <summary>Why it cannot be run here; null when it can.</summary>
    public abstract string? WhyNot { get; }

    /// <summary>Where the program is; null when it is not installed.</summary>
    protected string? Program => Environment.GetEnvironmentVariable("PATH")?.Split(':').Concat(DaemonFolders)
        .Select(folder => Path.Combine(folder, Name)).FirstOrDefault(File.Exists);

    public static TcpProxy Named(string name) => All.First(proxy => proxy.Name == name);

    /// <summary>Runs it in front of a server, on a port of the loopback address, and prints that port once it listens.</summary>
    /// <param name="server">Where it passes connections on to.</param>
    /// <param name="end">Ends it; its folder goes with it.</param>
    public async Task RunAsync(IPEndPoint server, CancellationToken end)
    {
        // A Ctrl+C reaches everyone on the terminal; the proxy and its folder are removed when the lab is gone.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
        var folder = Directory.CreateTempSubdirectory($"farewell-{Name}-");
        try
        {
            var port = FreePort();
            var file = Path.Combine(folder.FullName, "configuration");
            await File.WriteAllTextAsync(file, Configuration(port, server, folder.FullName), end);
            using var process = Process.Start(new ProcessStartInfo(Program!, Arguments(file, folder.FullName)) { RedirectStandardError = true })!;
            var said = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await Condition.UntilAsync(() => process.HasExited || Listens(port), $"{Name} listens", end);
                if (process.HasExited)
                {
                    throw new InvalidOperationException($"{Name} did not start: {await said}");
                }

                await Console.Out.WriteLineAsync(port.ToString(CultureInfo.InvariantCulture));
                await process.WaitForExitAsync(end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            finally
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The program's configuration.</summary>
    protected abstract string Configuration(int port, IPEndPoint server, string folder);

    /// <summary>The program's arguments: to stay one process in the foreground.</summary>
    protected abstract string[] Arguments(string configuration, string folder);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Whether something listens, seen in the kernel's table: a connection to find out would be passed on to the server.</summary>
    private static bool Listens(int port) => File.ReadLines("/proc/self/net/tcp").Any(row => row.Contains($" 0100007F:{port:X4} 00000000:0000 0A ", StringComparison.Ordinal));
}
