using System.Net;
using Farewell.Departures;
using Farewell.Protocol.Sessions;

namespace Farewell.Concurrency.Scenarios;

/// <summary>Whole servers and clients: accepting, turning away, ending and stopping at the same time.</summary>
internal static class Servers
{
    private static readonly SessionLimits Limits = SessionLimits.Stayer with { Idle = TimeSpan.Zero, Ping = TimeSpan.Zero };

    public static IEnumerable<Scenario> All =>
    [
        new("a stop while clients come and go", StopAsync),
        new("a stop, hurried, while clients hang on", HurryAsync),
        new("one seat for three clients", SeatAsync),
        new("dialling given up while the session opens", GiveUpAsync),
    ];

    private static async Task StopAsync(Run run)
    {
        var house = new House(run, Limits, maxSessions: 10);
        var clients = Enumerable.Range(1, 2).Select(number => run.Act($"client {number}", () => VisitAsync(house, (byte)number))).ToArray();
        var first = run.Act("stop", async () => await house.Server.StopAsync(new StopOptions { Grace = TimeSpan.FromSeconds(5) }));
        var again = run.Act("stop again", async () => await house.Server.StopAsync());
        await Tasks.WhenAll([.. clients, first, again]);
        await house.CheckAsync();
        var report = await house.Server.StopAsync();
        ThrowUnless(report.Reset == 0 && report.Lost == 0, $"order: a stop that everybody follows {report}");
    }

    private static async Task HurryAsync(Run run)
    {
        var house = new House(run, Limits, maxSessions: 10);
        using var hurry = new CancellationTokenSource();
        var client = await house.DialAsync();
        await Tasks.WhenAll(
            run.Act("client that hangs on", async () => await client.Completion),
            run.Act("client", () => VisitAsync(house, 1)),
            run.Act("stop", async () => await house.Server.StopAsync(null, hurry.Token)),
            run.Act("hurry", () =>
            {
                hurry.Cancel();
                return Task.CompletedTask;
            }));
        await house.CheckAsync();
    }

    private static async Task SeatAsync(Run run)
    {
        var house = new House(run, Limits, maxSessions: 1);
        await Tasks.WhenAll(Enumerable.Range(1, 3).Select(number => run.Act($"client {number}", () => VisitAsync(house, (byte)number))));

        // Everybody is gone, the server's side of it too: the seat must be free.
        while (house.Server.Sessions > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), run.Clock);
        }

        await VisitAsync(house, 4);
        ThrowUnless(house.Visits > 0 && house.TurnedAway <= 2, $"counts: {house.Visits} visits, {house.TurnedAway} turned away; the seat was not given free");
        ThrowUnless(house.LastVisitor == 4, "counts: an empty server turned a client away");
        await house.Server.StopAsync();
        await house.CheckAsync();
    }

    private static async Task GiveUpAsync(Run run)
    {
        var house = new House(run, Limits, maxSessions: 10);
        using var giveUp = new CancellationTokenSource();
        await Tasks.WhenAll(
            run.Act("client", async () =>
            {
                try
                {
                    await using var session = await house.DialAsync(giveUp.Token);
                    await house.AskAsync(session, 1);
                }
                catch (OperationCanceledException)
                {
                }
            }),
            run.Act("giving up", () =>
            {
                giveUp.Cancel();
                return Task.CompletedTask;
            }));
        await house.Server.StopAsync(new StopOptions { Grace = TimeSpan.FromSeconds(1) });
        await house.CheckAsync();
    }

    private static async Task VisitAsync(House house, byte number)
    {
        try
        {
            await using var session = await house.DialAsync();
            await house.AskAsync(session, number);
        }
        catch (FarewellException turnedAway) when (turnedAway.Dismissal is not null || turnedAway.Message.Contains("refuses connections", StringComparison.Ordinal) || turnedAway.Report?.Cause is Protocol.Cause.PeerReset)
        {
            house.TurnedAway++;
        }
    }

    /// <summary>A server, and what it tells of its sessions.</summary>
    private sealed class House
    {
        private readonly Run _run;
        private readonly DepartureChooser _departures;
        private readonly Dictionary<FarewellSession, int> _ended = [];
        private readonly HashSet<FarewellSession> _opened = [];

        public House(Run run, SessionLimits limits, int maxSessions)
        {
            _run = run;
            _departures = new DepartureChooser(new DepartureOptions { OffersUnheldFin = false, Budget = new PortBudget(1000, "the scenario") }, run.Clock);
            Server = FarewellServer.Start(
                new FarewellServerOptions
                {
                    EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
                    Limits = limits,
                    MaxSessions = maxSessions,
                    Clock = run.Clock,
                    Opened = session => ThrowUnless(_opened.Add(session) && !_ended.ContainsKey(session), "reports: a session opened twice, or after its end"),
                    Ended = (session, _) => _ended[session] = _ended.GetValueOrDefault(session) + 1,
                },
                async (_, message) =>
                {
                    await Task.Yield();
                    if (message.IsAsk)
                    {
                        LastVisitor = message.Payload.Span[0];
                        Visits++;
                        message.Answer(message.Payload);
                    }
                });
        }

        public FarewellServer Server { get; }

        public int Visits { get; private set; }

        public int LastVisitor { get; private set; }

        public int TurnedAway { get; set; }

        public async Task<FarewellSession> DialAsync(CancellationToken cancellation = default)
        {
            var session = await FarewellClient.ConnectAsync(
                Server.LocalEndPoint,
                new FarewellClientOptions { Limits = Limits, Clock = _run.Clock, Departures = _departures, Handler = static (_, _) => default },
                cancellation);
            _ = _run.Expect("a client's completion", session.Completion);
            session.Dismissed += (sender, _) => ((FarewellSession)sender!).End();
            return session;
        }

        public async Task AskAsync(FarewellSession session, byte number)
        {
            var result = await session.AskAsync(new[] { number });
            ThrowUnless(result.Outcome != AskOutcome.Answered || result.Answer.Span[0] == number, "answers: another's");
        }

        /// <summary>After a stop: all are gone, each told its end once, and the numbers agree.</summary>
        public async Task CheckAsync()
        {
            var report = await Server.StopAsync();
            ThrowUnless(Server.Sessions == 0, $"counts: {Server.Sessions} sessions after the stop");
            ThrowUnless(_ended.Values.All(count => count == 1), "reports: a session told its end twice");
            ThrowUnless(_opened.All(_ended.ContainsKey), "reports: a session opened and never told its end");
            ThrowUnless(report.Left + report.Reset + report.Lost == report.Sessions + report.Drained, $"counts: {report}");
        }
    }
}
