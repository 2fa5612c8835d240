namespace Farewell.Concurrency.Scenarios;

/// <summary>Sends and asks of several at a time.</summary>
internal static class Talks
{
    public static IEnumerable<Scenario> All =>
    [
        new("sends from two tasks on each side", SendAsync),
        new("asks given up while their answers come", AskAsync),
        new("sends that wait for room while the session ends", WaitForRoomAsync),
        new("sends that drop the oldest", DropOldestAsync),
        new("asks from inside handlers on both sides", NestAsync),
    ];

    private static async Task SendAsync(Run run)
    {
        var (stayer, leaver) = Party.Pair(run, Handlers.SometimesLater);
        await Tasks.WhenAll(
            run.Act("stayer's first sender", () => stayer.SendAsync(1, 2)),
            run.Act("stayer's second sender", () => stayer.SendAsync(2, 1)),
            run.Act("leaver's first sender", () => leaver.SendAsync(1, 2)),
            run.Act("leaver's second sender", async () =>
            {
                await leaver.SendAsync(2, 1);
                var number = (await leaver.Session.SendAsync(new byte[] { 3, 1 })).Number;
                await leaver.Session.DeliveredAsync(number);
            }));
        // That one is not counted by its sender.
        await Tasks.WhenAll(leaver.Session.DeliveredAsync(4), stayer.Session.DeliveredAsync(3));
        leaver.Session.End();
        await Tasks.WhenAll(stayer.Session.Completion, leaver.Session.Completion);
        var (atStayer, atLeaver) = (await stayer.Session.Completion, await leaver.Session.Completion);
        ThrowUnless(atStayer.IsOrderly && atLeaver.IsOrderly, $"order: {atStayer.Cause}, {atLeaver.Cause}");
        ThrowUnless((stayer.Handled.Count, leaver.Handled.Count) == (4, 3), $"counts: {stayer.Handled.Count} and {leaver.Handled.Count} messages handled of 4 and 3");
        ThrowUnless(atStayer.Messages.Delivered == 3 && atLeaver.Messages.Delivered == 4, $"counts: {atStayer.Messages}, {atLeaver.Messages}");
    }

    private static async Task AskAsync(Run run)
    {
        using var giveUp = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (stayer, leaver) = Party.Pair(run, async (party, message) =>
        {
            begun.TrySetResult();
            await Handlers.SometimesLater(party, message);
        });
        await Tasks.WhenAll(
            run.Act("patient asker", async () =>
            {
                ThrowUnless(await leaver.AskAsync(1, 1) == AskOutcome.Answered, "answers: a patient ask got none");
                ThrowUnless(await leaver.AskAsync(1, 2) == AskOutcome.Answered, "answers: a patient ask got none");
            }),
            run.Act("impatient asker", async () =>
            {
                await leaver.AskAsync(2, 1, giveUp.Token);
                ThrowUnless(await leaver.AskAsync(2, 2) == AskOutcome.Answered, "answers: the ask after one given up got none");
            }),
            run.Act("giving up", async () =>
            {
                await begun.Task;
                giveUp.Cancel();
            }),
            run.Act("stayer's asker", () => stayer.AskAsync(3, 1, giveUp.Token)));
        leaver.Session.End();
        await Party.CheckOrderlyAsync(stayer, leaver);
    }

    private static async Task WaitForRoomAsync(Run run)
    {
        var (stayer, leaver) = Party.Pair(run, Handlers.SometimesLater);
        await Tasks.WhenAll(
            run.Act("first sender", () => stayer.SendAsync(1, 3, 90)),
            run.Act("second sender", () => stayer.SendAsync(2, 2, 90)),
            run.Act("leaving", async () =>
            {
                await leaver.SendAsync(1, 2, 90);
                leaver.Session.End();
            }));
        await Party.CheckAsync(stayer, leaver);
    }

    private static async Task DropOldestAsync(Run run)
    {
        var (stayer, leaver) = Party.Pair(run, Handlers.Later, settings => settings with { FullQueue = FullQueue.DropOldest });
        var (sent, told) = (new List<Task>(), 0);
        await Tasks.WhenAll(Enumerable.Range(1, 2).Select(sender => run.Act($"sender {sender}", async () =>
        {
            await leaver.Driver.Opened;
            for (byte number = 1; number <= 3; number++)
            {
                var payload = new byte[90];
                (payload[0], payload[1]) = ((byte)sender, number);
                var result = leaver.Session.TrySend(payload);
                told += (int)result.DroppedCount;
                if (result.Outcome == SendOutcome.Accepted)
                {
                    sent.Add(run.Expect($"the delivery of {sender}/{number}", leaver.Session.DeliveredAsync(result.Number)));
                }
            }
        })));
        await Tasks.WhenAll(sent);
        leaver.Session.End();
        var report = await leaver.Session.Completion;
        await stayer.Session.Completion;
        ThrowUnless(report.IsOrderly, $"order: {report.Cause}");
        var delivered = sent.Cast<Task<bool>>().Count(task => task.Result);
        ThrowUnless(delivered == stayer.Handled.Count && delivered == report.Messages.Delivered && told == report.Messages.NotSent && leaver.Session.Dropped >= told,
            $"counts: {delivered} told delivered, {stayer.Handled.Count} handled, {told} told dropped, {leaver.Session.Dropped} dropped, {report.Messages}");
    }

    private static async Task NestAsync(Run run)
    {
        var (stayer, leaver) = Party.Pair(run, async (party, message) =>
        {
            if (message.IsAsk && !message.IsNested)
            {
                var result = await message.AskAsync(new byte[] { 9, message.Payload.Span[1] });
                party.Note(result);
                ThrowUnless(result.Outcome != AskOutcome.Answered || result.Answer.Span[0] == 9, "answers: to a nested ask, another's");
            }

            await Handlers.SometimesLater(party, message);
        });
        await Tasks.WhenAll(
            run.Act("stayer's asker", () => stayer.AskAsync(1, 1)),
            run.Act("leaver's asker", () => leaver.AskAsync(2, 1)),
            run.Act("leaver's other asker", () => leaver.AskAsync(3, 2)));
        ThrowUnless(stayer.Unknown + leaver.Unknown == 0, "answers: an ask of an open session ended unknown");
        leaver.Session.End();
        await Party.CheckOrderlyAsync(stayer, leaver);
    }
}
