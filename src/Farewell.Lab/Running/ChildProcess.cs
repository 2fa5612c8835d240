using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Farewell.Lab.Running.Proxies;
using Farewell.Listening;

namespace Farewell.Lab.Running;

/// <summary>A child of the lab, on one of the network's hosts.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SignalTerminate = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>Starts a server on the server's host and returns once it listens; <see cref="Port"/> is then known.</summary>
    public static Task<ChildProcess> ServeAsync(Arena arena, params string[] options)
    {
        ArgumentNullException.ThrowIfNull(arena);
        return ListeningAsync(arena, arena.Network.OnServer, [LabChild.Serve, arena.Network.ServerAddress.ToString(), .. options]);
    }

    /// <summary>Starts a server of Farewell's sessions on the server's host and returns once it listens; <see cref="Port"/> is then known.</summary>
    public static Task<ChildProcess> ServeSessionsAsync(Arena arena, CrashEnding onCrash)
    {
        ArgumentNullException.ThrowIfNull(arena);
        return ListeningAsync(arena, arena.Network.OnServer, [LabChild.Sessions, arena.Network.ServerAddress.ToString(), onCrash.ToString()]);
    }

    /// <summary>Starts a TCP proxy to the server on the client's host and returns once it listens there on its loopback address; <see cref="Port"/> is then known.</summary>
    internal static Task<ChildProcess> ProxyAsync(Arena arena, TcpProxy proxy) =>
        ListeningAsync(arena, arena.Network.OnClient, [LabChild.Proxy, proxy.Name, arena.Network.ServerAddress.ToString(), $"{arena.Port}"]);

    /// <summary>Starts an HttpClient on the client's host that makes as many requests as there are connections, and then exits.</summary>
    public static ChildProcess Fetch(Arena arena)
    {
        ArgumentNullException.ThrowIfNull(arena);
        string[] command =
        [
            .. Command(), LabChild.Fetch, arena.Network.ServerAddress.ToString(),
            arena.Port.ToString(CultureInfo.InvariantCulture), arena.ConnectionCount.ToString(CultureInfo.InvariantCulture),
        ];
        return arena.Network.OnClient(() => Start(command));
    }

    /// <summary>The port that a server listens on.</summary>
    public ushort Port { get; private set; }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, which .NET answers by an orderly exit of the process.</summary>
    public async Task TerminateAsync()
    {
        _ = SendSignal(_process.Id, SignalTerminate);
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits until it has exited by itself.</summary>
    public async Task ExitedAsync(CancellationToken cancellation) => await _process.WaitForExitAsync(cancellation);

    /// <summary>The next line it prints.</summary>
    public async Task<string> LineAsync(CancellationToken cancellation) =>
        await _process.StandardOutput.ReadLineAsync(cancellation) ?? throw new InvalidOperationException("A child process of the lab ended too early.");

    /// <summary>Ends it if it still runs: by the end of its standard input, so that it can tidy up, and if it takes too long by SIGKILL.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static async Task<ChildProcess> ListeningAsync(Arena arena, Func<Func<ChildProcess>, ChildProcess> host, string[] arguments)
    {
        string[] command = [.. Command(), .. arguments];
        var child = host(() => Start(command));
        try
        {
            child.Port = ushort.Parse(await child.LineAsync(arena.Cancellation), CultureInfo.InvariantCulture);
            return child;
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    private static string[] Command() => [.. OwnCommand.Words, LabChild.Verb];

    private static ChildProcess Start(string[] command) => new(Process.Start(new ProcessStartInfo(command[0], command[1..])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
