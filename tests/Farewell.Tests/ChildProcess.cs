using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Linux;

namespace Farewell.Tests;

/// <summary>This program as a child of itself.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ChildProcess : IDisposable
{
    private const int Duplicate = 0; // F_DUPFD

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    private static string Command => $"exec dotnet exec '{typeof(Child).Assembly.Location}' {Child.Verb}";

    public static ChildProcess Start(params string[] arguments) => Bash($"{Command} {string.Join(' ', arguments)}");

    /// <summary>Starts it as systemd would: with a listener as descriptor 3.</summary>
    public static ChildProcess StartWith(Socket listener, params string[] arguments)
    {
        var descriptor = Libc.Control((int)listener.SafeHandle.DangerousGetHandle(), Duplicate, 10);
        try
        {
            return Bash($"exec 3<&{descriptor} {descriptor}<&-; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=web; {Command} {string.Join(' ', arguments)}");
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    /// <summary>Reads lines until one is as expected, and returns those before it.</summary>
    public async Task<List<string>> UntilAsync(string line, TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? Eventually.Limit);
        List<string> before = [];
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } next)
        {
            if (next == line)
            {
                return before;
            }

            before.Add(next);
        }

        throw new InvalidOperationException($"The child ended before it said '{line}', after: {string.Join(" | ", before)}");
    }

    public async Task<string> LineAsync()
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        return await _process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("The child ended before it said a line.");
    }

    public void Say(string line) => _process.StandardInput.WriteLine(line);

    public async Task KillAsync()
    {
        _process.Kill();
        using var limit = new CancellationTokenSource(Eventually.Limit);
        await _process.WaitForExitAsync(limit.Token);
    }

    /// <summary>Closes its standard input and reads what it still says.</summary>
    public Task<string> EndAsync(TimeSpan? within = null)
    {
        _process.StandardInput.Close();
        return OutcomeAsync(within ?? Eventually.Limit);
    }

    /// <summary>Reads what it says until it ends by itself, which it has to do without an error.</summary>
    public async Task<string> OutcomeAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        var rest = await _process.StandardOutput.ReadToEndAsync(limit.Token);
        await _process.WaitForExitAsync(limit.Token);
        _process.ExitCode.ShouldBe(0, rest);
        return rest;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(Eventually.Limit);
        }

        // Process.Dispose leaves streams that somebody has used to the finalizer.
        _process.StandardInput.Dispose();
        _process.StandardOutput.Dispose();
        _process.Dispose();
    }

    private static ChildProcess Bash(string script) => new(Process.Start(new ProcessStartInfo("bash", ["-c", script])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!);
}
