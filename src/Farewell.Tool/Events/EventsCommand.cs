using System.CommandLine;
using Farewell.Captures.Live;
using Farewell.Observation.Events;
using Farewell.Observation.Linux;
using Farewell.Tcp;
using Farewell.Tcp.Endings;
using Farewell.Tool.Output;

namespace Farewell.Tool.Events;

/// <summary><c>farewell events</c>.</summary>
internal static class EventsCommand
{
    private static readonly Option<string> SourceOption = new("--source")
    {
        Description = "packets (FINs and resets), destroyed (the kernel's notices), trace (tracefs, with reasons; costs every close on the machine), or best: packets where permitted, else destroyed.",
        HelpName = "SOURCE",
        DefaultValueFactory = _ => "best",
    };

    private static readonly Option<int?> PortOption = BoundedOption.CreateOptional(
        "--port", "Only connections with this port at either end; the kernel leaves out the others.", "PORT", 1, ushort.MaxValue);

    private static readonly Option<int?> MostOption = BoundedOption.CreateOptional("--most", "End after so many events.", "COUNT", 1, int.MaxValue);

    public static Command Create()
    {
        SourceOption.AcceptOnlyFromAmong("best", "packets", "destroyed", "trace");
        var command = new Command("events", """
            Connections as they end, a line each, until interrupted; at the end how many events were seen and how many lost. Says first what it costs.

            Examples:
              farewell events
              farewell events --source trace --port 443 --most 100
            """)
        {
            SourceOption, PortOption, MostOption,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            await Console.Error.WriteLineAsync("farewell: live events are Linux's own.");
            return ExitCode.NotPermitted;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var printer = new Printer(parsed.GetValue(MostOption) ?? int.MaxValue, enough);
        var port = (ushort?)parsed.GetValue(PortOption);
        switch (parsed.GetValue(SourceOption))
        {
            case "trace":
                await TraceAsync(printer, port, enough.Token);
                break;
            case "destroyed":
                await DestroyedAsync(printer, port, enough.Token);
                break;
            case "packets":
                await PacketsAsync(printer, port, enough.Token);
                break;
            default:
                await BestAsync(printer, port, enough.Token);
                break;
        }

        return cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Fine;
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static async Task BestAsync(Printer printer, ushort? port, CancellationToken cancellation)
    {
        try
        {
            await PacketsAsync(printer, port, cancellation);
        }
        catch (CaptureException refused)
        {
            await Console.Error.WriteLineAsync($"farewell: no packets: {refused.Message} Instead, the kernel's notices: which connections are over, not how.");
            await DestroyedAsync(printer, port, cancellation);
        }
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static async Task PacketsAsync(Printer printer, ushort? port, CancellationToken cancellation)
    {
        await Console.Error.WriteLineAsync("farewell: cost: the kernel copies each SYN, FIN and reset, some 1 us a segment; nothing else is captured.");
        using var endings = LiveEndings.Start(null, printer, port is { } only ? [only] : null);
        await UntilAsync(cancellation);
        endings.Dispose();
        await Console.Error.WriteLineAsync($"farewell: {endings.Told} endings seen, {endings.Lost} segments lost.");
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static async Task DestroyedAsync(Printer printer, ushort? port, CancellationToken cancellation)
    {
        await Console.Error.WriteLineAsync("farewell: cost: the kernel writes one message of 380 octets for each socket that it destroys.");
        using var notices = DestroyNotifications.Open();
        await Task.Run(() =>
        {
            while (!cancellation.IsCancellationRequested)
            {
                notices.Read((in connection) =>
                {
                    if (port is null || connection.Tuple.Local.Port == port || connection.Tuple.Remote.Port == port)
                    {
                        printer.Print($"{connection.Tuple}  destroyed");
                    }

                    return true;
                });
            }
        }, CancellationToken.None);
        await Console.Error.WriteLineAsync($"farewell: {notices.Received} sockets seen, {(notices.Overflows == 0 ? "none lost" : $"the queue overflowed {notices.Overflows} times: incomplete")}.");
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static async Task TraceAsync(Printer printer, ushort? port, CancellationToken cancellation)
    {
        await Console.Error.WriteLineAsync($"farewell: cost: {KernelTrace.Cost}.");
        using var trace = KernelTrace.Open(port);
        await Task.Run(() => trace.Read(printer.OnTraced, cancellation), CancellationToken.None);
        await Console.Error.WriteLineAsync($"farewell: {trace.Received} events seen, {trace.Lost()} lost.");
    }

    private static async Task UntilAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // That is how watching ends.
        }
    }

    /// <summary>Prints a line for each event, as many as wanted.</summary>
    private sealed class Printer(int most, CancellationTokenSource enough) : IEndingObserver, IDisposable
    {
        private readonly PipedOutput _output = new();
        private readonly object _gate = new();
        private int _printed;

        public void Dispose() => _output.Dispose();

        public void OnEnded(in FourTuple tuple, Ending ending) => Print(
            $"{tuple}  {ending.How.ToString().ToLowerInvariant()}, closed first: {ending.ClosedFirst.ToString().ToLowerInvariant()}, TIME_WAIT: {ending.TimeWait.Holder.ToString().ToLowerInvariant()}"
            + (ending.ResetBy is ResetBy.Unknown or ResetBy.None ? "" : $", reset by {ending.ResetBy.ToString().ToLowerInvariant()}"));

        public void OnTraced(TraceEvent traced) => Print(traced.ResetReason is { } reason
            ? $"{traced.Tuple}  reset sent: {reason}"
            : $"{traced.Tuple}  {traced.From} -> {traced.To}{(traced.ClosesFirst ? $"  closed first by {traced.Task}[{traced.ProcessId}]" : "")}");

        public void Print(string line)
        {
            lock (_gate)
            {
                if (_printed >= most)
                {
                    return;
                }

                _printed = _output.TryWriteLine($"{DateTime.Now:HH:mm:ss.fff}  {line}") ? _printed + 1 : most;
                if (_printed == most)
                {
                    enough.CancelAsync();
                }
            }
        }
    }
}
