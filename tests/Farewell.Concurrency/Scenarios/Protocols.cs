using System.Text;
using Farewell.Carriers;
using Farewell.Protocol;
using Farewell.Protocol.Manners;
using Farewell.Protocols;
using Farewell.Sessions;
using Farewell.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell.Concurrency.Scenarios;

/// <summary>A user's own protocol between two hosted connections.</summary>
internal static class Protocols
{
    public static IEnumerable<Scenario> All =>
    [
        new("a protocol's lines, and its end", run => RunAsync(run, End.ByLeaver)),
        new("a protocol dismissed in the middle", run => RunAsync(run, End.ByStayer)),
        new("a protocol aborted in the middle", run => RunAsync(run, End.ByAbort)),
        new("a protocol whose handler reads no more", run => RunAsync(run, End.ByHandler)),
    ];

    private enum End
    {
        ByLeaver,
        ByStayer,
        ByAbort,
        ByHandler,
    }

    private static async Task RunAsync(Run run, End end)
    {
        var wheel = new DeadlineWheel(run.Clock);
        var (one, other) = Carried.Pair(run, wheel);
        var (stayers, leavers) = (new Watching(), new Watching());
        var heard = new StringBuilder();
        var (said, finished) = (0, 0);
        var stayer = Host(Role.Stayer, one, stayers, async connection =>
        {
            while (end != End.ByHandler)
            {
                var result = await connection.Input.ReadAsync();
                foreach (var piece in result.Buffer)
                {
                    heard.Append(Encoding.ASCII.GetString(piece.Span));
                }

                connection.Input.AdvanceTo(result.Buffer.End);
                await connection.Output.WriteAsync("got it\n"u8.ToArray());
                if (result.IsCompleted)
                {
                    break;
                }
            }

            finished++;
        });
        var leaver = Host(Role.Leaver, other, leavers, async connection =>
        {
            for (; said < 3 && !connection.Ending.IsCancellationRequested; said++)
            {
                if ((await connection.Output.WriteAsync(Encoding.ASCII.GetBytes($"line {said} of the leaver's\n"))).IsCompleted)
                {
                    break;
                }
            }

            finished++;
            if (end == End.ByLeaver)
            {
                connection.End();
            }

            await connection.Output.CompleteAsync();

            while (true)
            {
                var result = await connection.Input.ReadAsync();
                connection.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        });
        run.Begin("start stayer", stayer.Start);
        run.Begin("start leaver", leaver.Start);
        if (end is End.ByStayer or End.ByHandler)
        {
            run.Begin("dismiss", () => stayer.Dismiss(DismissReason.Stop, TimeSpan.FromSeconds(1), null, null));
            run.Begin("dismiss again", () => stayer.Dismiss(DismissReason.Age, null, null, null));
        }
        else if (end == End.ByAbort)
        {
            run.Begin("abort", stayer.Abort);
            run.Begin("abort leaver", leaver.Abort);
        }

        var (atStayer, atLeaver) = (await stayer.Completion, await leaver.Completion);
        await Task.Yield();
        ThrowUnless(stayers.Ends == 1 && leavers.Ends == 1, $"reports: {stayers.Ends} and {leavers.Ends} ends told");
        if (end == End.ByLeaver)
        {
            ThrowUnless(atStayer.IsOrderly && atLeaver.IsOrderly, $"order: {atStayer.Cause}, {atStayer.Ending}, {atStayer.Fault}; {atLeaver.Cause}, {atLeaver.Ending}, {atLeaver.Fault}");
            ThrowUnless(heard.ToString().StartsWith(string.Concat(Enumerable.Range(0, said).Select(line => $"line {line} of the leaver's\n")), StringComparison.Ordinal), $"sequence: {said} lines said, heard {heard}");
            ThrowUnless(finished == 2, $"handlers: {finished} of 2 returned");
        }

        ProtocolDriver Host(Role role, Transport transport, SessionWatch watch, ProtocolHandler handler)
        {
            var settings = new SessionSettings { Limits = Party.Small, Wheel = wheel, Logger = NullLogger.Instance, Watch = watch };
            var driver = new ProtocolDriver(role, transport, settings, new HostedProtocol(static () => new LineManner(), connection => HandleAsync(connection), 64));
            _ = run.Expect($"the {role}'s completion", driver.Completion);
            return driver;

            async Task HandleAsync(ProtocolConnection connection)
            {
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _ = run.Expect($"the {role}'s handler", done.Task);
                try
                {
                    await handler(connection);
                }
                catch (FarewellException)
                {
                    // Its input tells so that the connection was cut.
                }
                finally
                {
                    done.SetResult();
                }
            }
        }
    }

    private sealed class Watching : SessionWatch
    {
        public int Ends { get; private set; }

        public override void Ended(Driver session, SessionReport report) => Ends++;
    }

    /// <summary>Words at the beginning of a line.</summary>
    private sealed class LineManner : IClosingManner
    {
        private readonly StringBuilder _line = new();

        public bool HasWords => true;

        public int Say(ClosingStep step, DismissReason reason, Span<byte> destination) =>
            Encoding.ASCII.GetBytes(step switch { ClosingStep.Dismiss => "421 \n", ClosingStep.Done => "QUIT\n", _ => "221 \n" }, destination);

        public ClosingStep Hear(ref ReadOnlySpan<byte> received)
        {
            while (!received.IsEmpty)
            {
                var letter = (char)received[0];
                received = received[1..];
                if (letter != '\n')
                {
                    _line.Append(letter);
                    continue;
                }

                var line = _line.ToString();
                _line.Clear();
                switch (line)
                {
                    case "QUIT":
                        return ClosingStep.Done;
                    case "421 ":
                        return ClosingStep.Dismiss;
                    case "221 ":
                        return ClosingStep.Goodbye;
                }
            }

            return ClosingStep.None;
        }
    }
}
