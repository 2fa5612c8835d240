namespace Farewell.Concurrency.Scenarios;

/// <summary>Ends against ends, and against everything else.</summary>
internal static class Endings
{
    public static IEnumerable<Scenario> All =>
    [
        new("both sides end at once", BothAsync),
        new("an abort in the middle of everything", run => AbortAsync(run, atStayer: true)),
        new("the leaver's abort in the middle of everything", run => AbortAsync(run, atStayer: false)),
        new("ended from many sides at once", ManyAsync),
        new("confirmations awaited while the session ends", ConfirmAsync),
        new("an end before the beginning", EarlyAsync),
        new("a leaver that ends its direction before Goodbye", HalfAsync),
        new("deadlines that pass in between", OverdueAsync) { TimePasses = true },
    ];

    private static async Task BothAsync(Run run)
    {
        var (stayer, leaver) = Party.Pair(run, Handlers.SometimesLater);
        await Tasks.WhenAll(
            run.Act("stayer", async () =>
            {
                await stayer.SendAsync(1, 2);
                stayer.Session.End();
            }),
            run.Act("leaver", async () =>
            {
                await leaver.SendAsync(1, 2);
                leaver.Session.End();
            }),
            run.Act("asker", () => leaver.AskAsync(2, 1)));
        await Party.CheckOrderlyAsync(stayer, leaver);
    }

    private static async Task AbortAsync(Run run, bool atStayer)
    {
        // By whom something is handled already: the abort then meets the drainer that handled it.
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (stayer, leaver) = Party.Pair(run, async (party, message) =>
        {
            begun.TrySetResult();
            await Handlers.SometimesLater(party, message);
        });
        await Tasks.WhenAll(
            run.Act("stayer's sender", () => stayer.SendAsync(1, 3, 60)),
            run.Act("leaver's sender", () => leaver.SendAsync(1, 3, 60)),
            run.Act("asker", async () =>
            {
                await leaver.AskAsync(2, 1);
                await leaver.AskAsync(2, 2);
            }),
            run.Act("stayer's asker", () => stayer.AskAsync(3, 1)),
            run.Act("confirmation", async () =>
            {
                await begun.Task;
                await leaver.Session.DeliveredAsync(9);
            }),
            run.Act("abort", async () =>
            {
                await begun.Task;
                (atStayer ? stayer : leaver).Session.Abort();
            }));
        await Party.CheckAsync(stayer, leaver);
        ThrowUnless(run.Clock.Elapsed == default, $"time: what an abort ends at once took {run.Clock.Elapsed.TotalSeconds} s");
    }

    private static async Task ManyAsync(Run run)
    {
        var (stayer, leaver) = Party.Pair(run, Handlers.SometimesLater);
        await Tasks.WhenAll(
            run.Act("sender", () => leaver.SendAsync(1, 2)),
            run.Act("disposing", async () => await leaver.Session.DisposeAsync()),
            run.Act("disposing again", async () => await leaver.Session.DisposeAsync()),
            run.Act("dismissing", () =>
            {
                stayer.Session.End(Protocol.DismissReason.Stop, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
                return Task.CompletedTask;
            }),
            run.Act("dismissing again", () =>
            {
                stayer.Session.End();
                return Task.CompletedTask;
            }));
        await Party.CheckOrderlyAsync(stayer, leaver);
    }

    private static async Task ConfirmAsync(Run run)
    {
        var (stayer, leaver) = Party.Pair(run, Handlers.Later);
        var told = 0;
        await Tasks.WhenAll(
            run.Act("sender", async () =>
            {
                for (byte number = 1; number <= 3; number++)
                {
                    var result = await leaver.Session.SendAsync(new byte[] { 1, number });
                    if (result.Outcome == SendOutcome.Accepted)
                    {
                        told += await leaver.Session.DeliveredAsync(result.Number) ? 1 : 0;
                    }
                }
            }),
            run.Act("bystander", () => leaver.Session.DeliveredAsync(2)),
            run.Act("leaving", () =>
            {
                leaver.Session.End();
                return Task.CompletedTask;
            }));
        var report = await leaver.Session.Completion;
        await stayer.Session.Completion;
        ThrowUnless(report.IsOrderly, $"order: {report.Cause}");
        ThrowUnless(told <= report.Messages.Delivered && report.Messages.Delivered == stayer.Handled.Count, $"counts: {told} told, {stayer.Handled.Count} handled, {report.Messages}");
    }

    private static async Task EarlyAsync(Run run)
    {
        var wheel = new Timing.DeadlineWheel(run.Clock);
        var (one, other) = Carried.Pair(run, wheel);
        var stayer = new Party(run, wheel, Protocol.Role.Stayer, one, Handlers.Later);
        var leaver = new Party(run, wheel, Protocol.Role.Leaver, other, Handlers.Later);
        run.Begin("dismiss stayer", () => stayer.Session.End());
        run.Begin("start stayer", stayer.Driver.Start);
        run.Begin("start leaver", leaver.Driver.Start);
        run.Begin("abort leaver", leaver.Session.Abort);
        await Tasks.WhenAll(run.Act("sender", () => leaver.SendAsync(1, 2)), run.Act("asker", () => leaver.AskAsync(2, 2)));
        await Party.CheckAsync(stayer, leaver);
    }

    private static async Task HalfAsync(Run run)
    {
        var wheel = new Timing.DeadlineWheel(run.Clock);
        var (one, other) = run.Network.Pair();
        var stayer = new Party(run, wheel, Protocol.Role.Stayer, Carried.Over(run, wheel, one), Handlers.Later);
        var leaver = new Party(run, wheel, Protocol.Role.Leaver, Carried.ByDotNet(run, other), Handlers.SometimesLater);
        run.Begin("start stayer", stayer.Driver.Start);
        run.Begin("start leaver", leaver.Driver.Start);
        await Tasks.WhenAll(
            run.Act("stayer's sender", () => stayer.SendAsync(1, 2)),
            run.Act("confirmation", () => stayer.Session.DeliveredAsync(9)),
            run.Act("leaver's sender", async () =>
            {
                await leaver.SendAsync(1, 2);
                leaver.Session.End();
                try
                {
                    other.Shutdown(System.Net.Sockets.SocketShutdown.Send);
                }
                catch (ObjectDisposedException)
                {
                    // It has left already.
                }
            }));
        await Party.CheckAsync(stayer, leaver);
        ThrowUnless(run.Clock.Elapsed < TimeSpan.FromMilliseconds(100), $"time: an end that waits for nobody took {run.Clock.Elapsed.TotalSeconds} s");
    }

    private static async Task OverdueAsync(Run run)
    {
        var limits = Party.Small with
        {
            Idle = TimeSpan.FromMilliseconds(200),
            Ping = TimeSpan.FromMilliseconds(150),
            Pong = TimeSpan.FromMilliseconds(100),
            Grace = TimeSpan.FromMilliseconds(200),
            Hard = TimeSpan.FromMilliseconds(400),
        };
        var (stayer, leaver) = Party.Pair(run, Handlers.SometimesLater, settings => settings with { Limits = limits });
        await Tasks.WhenAll(
            run.Act("sender", () => leaver.SendAsync(1, 3)),
            run.Act("asker", () => leaver.AskAsync(2, 1)),
            run.Act("stayer's sender", () => stayer.SendAsync(3, 2)));
        leaver.Session.End();
        await Party.CheckAsync(stayer, leaver);
    }
}
