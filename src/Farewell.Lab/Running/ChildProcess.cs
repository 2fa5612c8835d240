using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Farewell.Lab.Running;

/// <summary>A child of the lab, on one of the network's hosts.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SignalTerminate = 15;

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>Starts a server on the server's host and returns once it listens; <see cref="Port"/> is then known.</summary>
    public static async Task<ChildProcess> ServeAsync(Arena arena, params string[] options)
    {
        ArgumentNullException.ThrowIfNull(arena);
        string[] command = [.. Command(), LabChild.Serve, arena.Network.ServerAddress.ToString(), .. options];
        var child = arena.Network.OnServer(() => Start(command));
        child.Port = ushort.Parse(await child.LineAsync(arena.Cancellation), CultureInfo.InvariantCulture);
        return child;
    }

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

    /// <summary>Ends it if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
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
