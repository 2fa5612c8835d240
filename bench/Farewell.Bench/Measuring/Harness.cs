using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using Farewell.Lab.Networks.Linux;

namespace Farewell.Bench.Measuring;

/// <summary>The network, the programs in C, and where they run: the server on the first processor, the load on the second.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Harness : IDisposable
{
    private readonly PrivateNetwork _network = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("farewell-bench").FullName;
    private readonly string? _native;
    private int _port = 7000;

    public Harness(string? native)
    {
        _native = native;
        foreach (var program in (string[])["limit", "load"])
        {
            Run("gcc", "-O2", "-o", Path.Combine(_folder, program), Path.Combine(AppContext.BaseDirectory, "native", program + ".c"));
        }

        // What the load leaves behind is not what is measured: TIME_WAITs beyond these are dropped by the kernel, so that its ports suffice.
        _network.OnClient(() => Write("net/ipv4/tcp_max_tw_buckets", "2000"));
        _network.OnClient(() => Write("net/ipv4/ip_local_port_range", "1024 65535"));
        _network.OnServer(() => Write("net/core/somaxconn", "4096"));
    }

    public IPAddress ServerAddress => _network.ServerAddress;

    /// <summary>Whether a subject can be run here; if not, why.</summary>
    public string? WhyNot(Subject subject) => subject.Name == Subject.Native && _native is null
        ? "not published: dotnet publish bench/Farewell.Bench.Native -c Release -r linux-x64"
        : null;

    /// <summary>Starts a subject's process on the first processor.</summary>
    public ServerProcess Start(Subject subject)
    {
        var endPoint = new IPEndPoint(ServerAddress, ++_port);
        string[] command = subject.Name switch
        {
            Subject.Limit => [Path.Combine(_folder, "limit"), $"{endPoint.Address}", $"{endPoint.Port}", "farewell"],
            Subject.Native => [_native!, $"{endPoint}"],
            _ => ["dotnet", "exec", typeof(Harness).Assembly.Location, "serve", subject.Name, $"{endPoint}"],
        };
        var start = Pinned(0, command);
        foreach (var (name, value) in subject.Environment)
        {
            start.Environment[name] = value;
        }

        return new ServerProcess(subject, endPoint, _network.OnServer(() => Process.Start(start)!));
    }

    /// <summary>Starts a load on the second processor.</summary>
    public LoadProcess Load(ServerProcess server, params IEnumerable<string> what) =>
        new(Process.Start(Pinned(1, [Path.Combine(_folder, "load"), $"{server.EndPoint.Address}", $"{server.EndPoint.Port}", server.Subject.Protocol, .. what]))!);

    public void Dispose()
    {
        _network.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // At the highest priority where that is permitted, so that what else runs on the machine waits for them and not they for it.
    private static ProcessStartInfo Pinned(int processor, string[] command) =>
        new("nice", ["-n", "-20", "taskset", "-c", $"{processor % Environment.ProcessorCount}", .. command]) { RedirectStandardInput = true, RedirectStandardOutput = true };

    private static int Write(string setting, string value)
    {
        File.WriteAllText("/proc/sys/" + setting, value);
        return 0;
    }

    private static void Run(string program, params string[] words)
    {
        try
        {
            using var process = Process.Start(program, words);
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{program} {string.Join(' ', words)}: exit code {process.ExitCode}.");
            }
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException($"{program} is needed (Debian package {program}): {missing.Message}", missing);
        }
    }
}
