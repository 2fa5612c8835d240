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
        Description = "packets (FINs and resets), destroyed (the kernel's notices), or trace (tracefs, with reasons; costs every close on the machine).",
        HelpName = "SOURCE",
        DefaultValueFactory = _ => "packets",
    };

    private static readonly Option<int?> MostOption = BoundedOption.CreateOptional("--most", "End after so many events.", "COUNT", 1, int.MaxValue);

    public static Command Create()
    {
        SourceOption.AcceptOnlyFromAmong("packets", "destroyed", "trace");
        var command = new Command("events", """
            Connections as they end, a line each, until interrupted; at the end how many events were seen and how many lost. Says first what it costs.

            Examples:
              farewell events
              farewell events --source trace --most 100
            """)
        {
            SourceOption, MostOption,
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
        var printer = new Printer(parsed.GetValue(MostOption) ?? int.MaxValue, enough);
        switch (parsed.GetValue(SourceOption))
        {
            case "trace":
                await TraceAsync(printer, enough.Token);
                break;
            case "destroyed":
                await DestroyedAsync(printer, enough.Token);
                break;
            default:
                await PacketsAsync(printer, enough.Token);
                break;
        }

        return cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Fine;
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static async Task PacketsAsync(Printer printer, CancellationToken cancellation)
    {
        await Console.Error.WriteLineAsync("farewell: cost: the kernel copies each SYN, FIN and reset, some 1 us a segment; nothing else is captured.");
        using var endings = LiveEndings.Start(null, printer);
        await UntilAsync(cancellation);
        endings.Dispose();
        await Console.Error.WriteLineAsync($"farewell: {endings.Told} endings seen, {endings.Lost} segments lost.");
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static async Task DestroyedAsync(Printer printer, CancellationToken cancellation)
    {
        await Console.Error.WriteLineAsync("farewell: cost: the kernel writes one message of 380 octets for each socket that it destroys.");
        using var notices = DestroyNotifications.Open();
        await Task.Run(() =>
        {
            while (!cancellation.IsCancellationRequested)
            {
                notices.Read((in connection) =>
                {
                    printer.Print($"{connection.Tuple}  destroyed");
                    return true;
                });
            }
        }, CancellationToken.None);
        await Console.Error.WriteLineAsync($"farewell: {notices.Received} sockets seen, {(notices.Overflows == 0 ? "none lost" : $"the queue overflowed {notices.Overflows} times: incomplete")}.");
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static async Task TraceAsync(Printer printer, CancellationToken cancellation)
    {
        using var trace = KernelTrace.Open();
        await Console.Error.WriteLineAsync($"farewell: cost: {KernelTrace.Cost}.");
        var reading = Task.Run(() => trace.Read(printer.OnTraced, cancellation), CancellationToken.None);
        await UntilAsync(cancellation);

        // A reader sleeps in the kernel until the next event; it need not be waited for.
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None));
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
    private sealed class Printer(int most, CancellationTokenSource enough) : IEndingObserver
    {
        private int _printed;

        public void OnEnded(in FourTuple tuple, Ending ending) => Print(
            $"{tuple}  {ending.How.ToString().ToLowerInvariant()}, closed first: {ending.ClosedFirst.ToString().ToLowerInvariant()}, TIME_WAIT: {ending.TimeWait.Holder.ToString().ToLowerInvariant()}"
            + (ending.ResetBy is ResetBy.Unknown or ResetBy.None ? "" : $", reset by {ending.ResetBy.ToString().ToLowerInvariant()}"));

        public void OnTraced(TraceEvent traced) => Print(traced.ResetReason is { } reason
            ? $"{traced.Tuple}  reset sent: {reason}"
            : $"{traced.Tuple}  {traced.From} -> {traced.To}{(traced.ClosesFirst ? $"  closed first by {traced.Task}[{traced.ProcessId}]" : "")}");

        public void Print(string line)
        {
            if (Interlocked.Increment(ref _printed) is var count && count <= most)
            {
                Console.Out.WriteLine($"{DateTime.Now:HH:mm:ss.fff}  {line}");
            }

            if (count == most)
            {
                enough.CancelAsync();
            }
        }
    }
}
