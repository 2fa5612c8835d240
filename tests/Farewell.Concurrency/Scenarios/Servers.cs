using System.Net;
using System.Net.Sockets;

namespace Farewell.Concurrency.Scenarios;

/// <summary>Whole servers and clients: accepting, turning away, ending and stopping at the same time.</summary>
internal static class Servers
{
    public static IEnumerable<Scenario> All =>
    [
        new("a stop while clients come and go", StopAsync),
        new("a stop, hurried, while clients hang on", HurryAsync),
        new("one seat for three clients", SeatAsync),
        new("dialling given up while the session opens", GiveUpAsync),
        new("a listener handed over while clients come", HandOverAsync),
        new("descriptors that run out while clients come", StarveAsync),
        new("a stop for want of descriptors", StarvedStopAsync),
    ];

    private static async Task StopAsync(Run run)
    {
        var house = new House(run);
        var clients = Enumerable.Range(1, 2).Select(number => run.Act($"client {number}", () => house.VisitAsync((byte)number))).ToArray();
        var first = run.Act("stop", async () => await house.Server.StopAsync(new StopOptions { Grace = TimeSpan.FromSeconds(5) }));
        var again = run.Act("stop again", async () => await house.Server.StopAsync());
        await Tasks.WhenAll([.. clients, first, again]);
        await house.CheckAsync();
        var report = await house.Server.StopAsync();
        ThrowUnless(report.Reset == 0 && report.Lost == 0, $"order: a stop that everybody follows {report}");
    }

    private static async Task HurryAsync(Run run)
    {
        var house = new House(run);
        using var hurry = new CancellationTokenSource();
        var client = await house.DialAsync();
        await Tasks.WhenAll(
            run.Act("client that hangs on", async () => await client.Completion),
            run.Act("client", () => house.VisitAsync(1)),
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
        var house = new House(run, options => options.MaxSessions = 1);
        await Tasks.WhenAll(Enumerable.Range(1, 3).Select(number => run.Act($"client {number}", () => house.VisitAsync((byte)number))));
        await EmptyAsync(run, house);
        await house.VisitAsync(4);
        ThrowUnless(house.Visits > 0 && house.TurnedAway <= 2, $"counts: {house.Visits} visits, {house.TurnedAway} turned away; the seat was not given free");
        ThrowUnless(house.LastVisitor == 4, "counts: an empty server turned a client away");
        await house.Server.StopAsync();
        await house.CheckAsync();
    }

    private static async Task GiveUpAsync(Run run)
    {
        var house = new House(run);
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

    /// <summary>Nobody is refused at a restart: who is asked to leave, or was not begun, comes again and is served.</summary>
    private static async Task HandOverAsync(Run run)
    {
        var listener = run.Network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var first = new House(run, null, listener);
        var second = new TaskCompletionSource<House>(TaskCreationOptions.RunContinuationsAsynchronously);
        await Tasks.WhenAll(
            run.Act("first client", () => InsistAsync(first, 1)),
            run.Act("second client", () => InsistAsync(first, 2)),
            run.Act("next server", () =>
            {
                second.SetResult(new House(run, null, listener));
                return Task.CompletedTask;
            }),
            run.Act("stop", async () => await first.Server.StopAsync(new StopOptions { HandsOver = true })));
        await first.CheckAsync();
        var next = await second.Task;
        await InsistAsync(next, 3);
        ThrowUnless(first.Visits + next.Visits == 3 && next.Visits >= 1, $"answers: {first.Visits} and {next.Visits} asks were answered of 3");
        await next.Server.StopAsync();
        await next.CheckAsync();
    }

    private static async Task StarveAsync(Run run)
    {
        Starve(run);
        var house = new House(run, options => options.Loops = 1);
        await Tasks.WhenAll(Enumerable.Range(1, 4).Select(number => run.Act($"client {number}", () => InsistAsync(house, (byte)number))));
        ThrowUnless(house.Visits == 4, $"answers: {house.Visits} asks were answered of 4");
        await EmptyAsync(run, house);
        await house.Server.StopAsync();
        await house.CheckAsync();
    }

    private static async Task StarvedStopAsync(Run run)
    {
        Starve(run);
        var house = new House(run, options => options.Loops = 1);
        await Tasks.WhenAll([
            .. Enumerable.Range(1, 4).Select(number => run.Act($"client {number}", () => house.VisitAsync((byte)number))),
            run.Act("stop", async () => await house.Server.StopAsync(new StopOptions { Grace = TimeSpan.FromSeconds(2) })),
        ]);
        await house.CheckAsync();
        var report = await house.Server.StopAsync();
        ThrowUnless(report.Took <= TimeSpan.FromSeconds(3) && report.Reset == 0, $"time: a stop that everybody follows {report}");
    }

    /// <summary>Room for about two connections, both ends of which are here, behind what a server, its loops and the clients' take.</summary>
    private static void Starve(Run run) => run.Network.DescriptorLimit = Carried.Choice(run) == Carrier.EventLoops ? 24 : 12;

    /// <summary>Dials and asks until there is an answer. Only who was told to leave, or finds no descriptor, comes again.</summary>
    private static async Task InsistAsync(House house, byte number)
    {
        while (true)
        {
            try
            {
                await using var session = await house.DialAsync();
                var outcome = await house.AskAsync(session, number);
                ThrowUnless(outcome != AskOutcome.Unknown, "answers: an ask failed");
                if (outcome == AskOutcome.Answered)
                {
                    return;
                }
            }
            catch (FarewellException refused) when (refused.Dismissal is not null || refused.InnerException is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(30), Run.Current!.Clock);
            }
        }
    }

    /// <summary>Until everybody is gone, the server's side of it too.</summary>
    private static async Task EmptyAsync(Run run, House house)
    {
        while (house.Server.Sessions > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), run.Clock);
        }
    }
}
