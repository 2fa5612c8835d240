using System.Collections.Concurrent;

namespace Farewell.Tests.Conformance;

/// <summary>Sessions as chance has them, and what must be true of every one.</summary>
public abstract partial class CarrierConformance
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task ASessionOfChance_KeepsItsPromises(int seed)
    {
        var (atStayer, atLeaver) = (new ConcurrentQueue<int>(), new ConcurrentQueue<int>());
        var (stayer, leaver) = await OpenAsync(Take(atStayer), Take(atLeaver), Limits with { Largest = 8 * 1024, Window = 20 * 1024, Queue = 64 * 1024 });
        var talks = new[] { TalkAsync(stayer, seed), TalkAsync(leaver, seed + 1000) };
        await Eventually.HoldsAsync(() => atStayer.Count + atLeaver.Count > 40 * (seed - 1) || Array.TrueForAll(talks, talk => talk.IsCompleted), () => "they talk");
        switch (seed % 4)
        {
            case 0:
                leaver.Session.End();
                break;
            case 1:
                stayer.Session.End();
                break;
            case 2:
                stayer.Session.Abort();
                break;
            default:
                leaver.Transport.EndUnder(Carriers.TransportEnd.Reset);
                leaver.Session.Abort();
                break;
        }

        // A handler that runs when its session ends may still take what it was given.
        await Task.WhenAll(stayer.ReportAsync(), leaver.ReportAsync());
        foreach (var (party, arrived) in new[] { (stayer, atLeaver.ToArray()), (leaver, atStayer.ToArray()) })
        {
            var report = await party.ReportAsync();
            report.Fault.ShouldBeNull();
            report.IsOrderly.ShouldBe(seed % 4 < 2, report.Cause.ToString());
            arrived.ShouldBe(Enumerable.Range(1, arrived.Length), "each once, in order");
            var tally = report.Messages;
            arrived.Length.ShouldBeInRange((int)tally.Delivered, (int)(tally.Delivered + tally.Unconfirmed), tally.ToString());
        }

        var (acceptedByStayer, acceptedByLeaver) = (await talks[0].WaitAsync(Eventually.Limit), await talks[1].WaitAsync(Eventually.Limit));
        Sum(await stayer.ReportAsync()).ShouldBe(acceptedByStayer);
        if (seed % 4 < 3)
        {
            // The dead side's session went on a moment without its transport.
            Sum(await leaver.ReportAsync()).ShouldBe(acceptedByLeaver);
        }

        static long Sum(SessionReport report) => (long)report.Messages.Delivered + report.Messages.Unconfirmed + report.Messages.NotSent;
    }

    private static MessageHandler Take(ConcurrentQueue<int> arrived) => async (_, message) =>
    {
        if (message.IsAsk)
        {
            message.Answer(message.Payload);
            return;
        }

        arrived.Enqueue(BitConverter.ToInt32(message.Payload.Span));
        if (message.Payload.Length % 7 == 0)
        {
            await Task.Yield();
        }
    };

    /// <summary>Says 200 things; how many messages were accepted.</summary>
    private static async Task<int> TalkAsync(Party party, int seed)
    {
        await Task.Yield();
        var (random, accepted, asks) = (new Random(seed), 0, new List<Task>());
        for (var i = 0; i < 200; i++)
        {
            var payload = Numbered(accepted + 1, 4 + random.Next(random.Next(3) == 0 ? 8000 : 100));
            if (random.Next(4) > 0)
            {
                accepted += (await party.Session.SendAsync(payload)).Outcome == SendOutcome.Accepted ? 1 : 0;
                continue;
            }

            using var cancellation = new CancellationTokenSource();
            asks.Add(AskAsync(party, payload, cancellation.Token));
            if (random.Next(4) == 0)
            {
                await cancellation.CancelAsync();
            }
        }

        await Task.WhenAll(asks);
        return accepted;
    }

    private static async Task AskAsync(Party party, byte[] payload, CancellationToken cancellation)
    {
        try
        {
            var result = await party.Session.AskAsync(payload, cancellation);
            if (result.Outcome == AskOutcome.Answered)
            {
                result.Answer.Span.SequenceEqual(payload).ShouldBeTrue("an answer to another ask");
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
