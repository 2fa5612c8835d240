
namespace Farewell.Concurrency.Scenarios;

/// <summary>Handlers at work while octets come and sessions end.</summary>
internal static class Handlers
{
    public static IEnumerable<Scenario> All =>
    [
        new("two handlers at a time", TwoAsync),
        new("handlers begun on the pool", PoolAsync),
        new("a handler that throws", ThrowAsync),
        new("messages taken one by one", InboxAsync),
        new("handlers cancelled by the end", CancelAsync),
    ];

    /// <summary>Answers asks; every second message completes elsewhere and later.</summary>
    public static ValueTask SometimesLater(Party party, Message message)
    {
        if (message.Payload.Length > 1 && message.Payload.Span[1] % 2 == 1)
        {
            return Later(party, message);
        }

        Reply(message);
        return default;
    }

    /// <summary>Answers asks; completes elsewhere and later.</summary>
    public static async ValueTask Later(Party party, Message message)
    {
        await Task.Yield();
        Run.Point("handler");
        Reply(message);
    }

    private static void Reply(Message message)
    {
        if (message.IsAsk)
        {
            message.Answer(message.Payload);
        }
    }

    private static async Task TwoAsync(Run run)
    {
        var (stayer, leaver) = Party.Pair(run, Later, settings => settings with { Handlers = 2 });
        await Tasks.WhenAll(
            run.Act("sender", () => leaver.SendAsync(1, 3)),
            run.Act("asker", () => leaver.AskAsync(2, 1)),
            run.Act("stayer's sender", () => stayer.SendAsync(3, 2)));
        leaver.Session.End();
        await Party.CheckOrderlyAsync(stayer, leaver);
    }

    private static async Task PoolAsync(Run run)
    {
        var (stayer, leaver) = Party.Pair(run, SometimesLater, settings => settings.Handling(settings.Handler, [], HandlerThread.ThreadPool));
        await Tasks.WhenAll(
            run.Act("sender", () => leaver.SendAsync(1, 3)),
            run.Act("asker", () => leaver.AskAsync(2, 1)),
            run.Act("stayer's sender", () => stayer.SendAsync(3, 2)));
        leaver.Session.End();
        await Party.CheckOrderlyAsync(stayer, leaver);
    }

    private static async Task ThrowAsync(Run run)
    {
        var (stayer, leaver) = Party.Pair(run, async (party, message) =>
        {
            await Task.Yield();
            if (party.Role == Protocol.Role.Stayer && message.Payload.Span[1] == 2)
            {
                throw new InvalidDataException("planned");
            }

            Reply(message);
        });
        await Tasks.WhenAll(
            run.Act("sender", () => leaver.SendAsync(1, 3)),
            run.Act("asker", () => leaver.AskAsync(2, 1)),
            run.Act("leaving", async () =>
            {
                await leaver.Session.Completion;
            }),
            run.Act("told", async () =>
            {
                var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                leaver.Session.Dismissed += (_, _) => told.TrySetResult();
                await Tasks.WhenAny(told.Task, leaver.Session.Completion);
                leaver.Session.End();
            }));
        await Party.CheckAsync(stayer, leaver);
        var report = await stayer.Session.Completion;
        ThrowUnless(report.Fault is InvalidDataException, $"handlers: the report says {report.Fault}, not what a handler threw");
    }

    private static async Task InboxAsync(Run run)
    {
        var wheel = new Timing.DeadlineWheel(run.Clock);
        var (one, other) = Carried.Pair(run, wheel);
        var stayer = new Party(run, wheel, Protocol.Role.Stayer, one, SometimesLater);
        var leaver = new Party(run, wheel, Protocol.Role.Leaver, other, null);
        run.Begin("start stayer", stayer.Driver.Start);
        run.Begin("start leaver", leaver.Driver.Start);
        using var enough = new CancellationTokenSource();
        var taken = new List<byte>();
        await Tasks.WhenAll(
            run.Act("sender", async () =>
            {
                await stayer.SendAsync(1, 3);
                stayer.Session.End();
            }),
            run.Act("taker", async () =>
            {
                try
                {
                    await foreach (var payload in leaver.Session.ReadAllAsync(enough.Token))
                    {
                        taken.Add(payload.Span[1]);
                        await Task.Yield();
                        ThrowUnless(payload.Span[0] == 1 && payload.Span[1] == taken[^1], "payloads: changed before the next was asked for");
                    }
                }
                catch (OperationCanceledException)
                {
                }

                // Who has had enough goes on taking, so that what waits is handled.
                await foreach (var payload in leaver.Session.ReadAllAsync())
                {
                    taken.Add(payload.Span[1]);
                }
            }),
            run.Act("enough", () =>
            {
                enough.Cancel();
                return Task.CompletedTask;
            }),
            run.Act("leaving", async () =>
            {
                await stayer.Session.DeliveredAsync(3);
                await leaver.Session.DisposeAsync();
            }));
        var report = await stayer.Session.Completion;
        ThrowUnless(taken.Distinct().Count() == taken.Count && taken.Order().SequenceEqual(taken), $"sequence: taken {string.Join(' ', taken)}");
        ThrowUnless(taken.Count >= report.Messages.Delivered, $"counts: {taken.Count} taken, {report.Messages}");
    }

    private static async Task CancelAsync(Run run)
    {
        var cancelled = 0;
        var (stayer, leaver) = Party.Pair(run, async (party, message) =>
        {
            if (!message.IsAsk)
            {
                return;
            }

            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = message.Cancellation.UnsafeRegister(_ => told.TrySetResult(), null);
            await told.Task;
            cancelled++;
            Reply(message);
        });
        using var giveUp = new CancellationTokenSource();
        await Tasks.WhenAll(
            run.Act("asker", () => leaver.AskAsync(1, 1, giveUp.Token)),
            run.Act("other asker", () => leaver.AskAsync(2, 2, giveUp.Token)),
            run.Act("giving up", () =>
            {
                giveUp.Cancel();
                return Task.CompletedTask;
            }),
            run.Act("sender", () => leaver.SendAsync(1, 2)));
        leaver.Session.End();
        await Party.CheckOrderlyAsync(stayer, leaver);
        ThrowUnless(cancelled <= 2, "handlers: cancelled more often than asked");
    }
}
