using Farewell.Protocol;
using Farewell.Protocol.Sessions;

namespace Farewell.Tests.Conformance;

/// <summary>What is said arrives.</summary>
public abstract partial class CarrierConformance
{
    private static readonly int[] Lengths = [0, 1, 2, 63, 64, 959, 960, 961, 4095, 4096, 16_384, 65_526, 65_527, 65_528, 65_535, 65_536, 100_000, 262_144, Large];

    [Fact]
    public async Task AsksOfEveryLength_AreAnswered()
    {
        var (_, leaver) = await OpenAsync();
        foreach (var length in Lengths)
        {
            var answer = await leaver.Session.AskAsync(Payload(length)).AsTask().WaitAsync(Eventually.Limit);
            answer.Answer.Span.SequenceEqual(Payload(length)).ShouldBeTrue($"{length} octets");
        }
    }

    [Fact]
    public async Task MessagesOfEveryLength_AreEchoedInOrder()
    {
        var got = new Arrivals();
        var (stayer, leaver) = await OpenAsync(leaver: got.Take);
        foreach (var length in Lengths)
        {
            (await leaver.Session.SendAsync(Payload(length)).AsTask().WaitAsync(Eventually.Limit)).Outcome.ShouldBe(SendOutcome.Accepted);
        }

        await got.ReachAsync(Lengths.Length);
        got.Payloads.Select(payload => payload.Length).ShouldBe(Lengths);
        got.Payloads.ShouldAllBe(payload => payload.SequenceEqual(Payload(payload.Length)));
        leaver.Session.End();
        foreach (var report in new[] { await stayer.ReportAsync(), await leaver.ReportAsync() })
        {
            report.IsOrderly.ShouldBeTrue(report.Cause.ToString());
            report.Messages.ShouldBe(new Tally((uint)Lengths.Length, 0, 0));
            report.Received.ShouldBe(Lengths.Length);
        }
    }

    [Fact]
    public async Task TwoThousandSmallOnes_ArriveInOrder_BothWays()
    {
        const int Count = 2000;
        var (atStayer, atLeaver) = (new Arrivals(), new Arrivals());
        var (stayer, leaver) = await OpenAsync(atStayer.Take, atLeaver.Take);
        await Task.WhenAll(SendAsync(stayer), SendAsync(leaver)).WaitAsync(Eventually.Limit);
        foreach (var arrivals in new[] { atStayer, atLeaver })
        {
            await arrivals.ReachAsync(Count);
            arrivals.Payloads.Select(payload => BitConverter.ToInt32(payload)).ShouldBe(Enumerable.Range(0, Count));
        }

        static async Task SendAsync(Party party)
        {
            await Task.Yield();
            for (var i = 0; i < Count; i++)
            {
                (await party.Session.SendAsync(BitConverter.GetBytes(i))).Outcome.ShouldBe(SendOutcome.Accepted);
            }
        }
    }

    [Fact]
    public async Task AsksBothWays_Nest()
    {
        // Each side's handler asks the other, until the number is used up.
        MessageHandler handler = async (_, message) =>
        {
            var depth = message.Payload.Span[0];
            var answer = depth == 0 ? 0 : (await message.AskAsync(new[] { (byte)(depth - 1) })).Answer.Span[0];
            message.Answer(new[] { (byte)(answer + 1) });
        };
        var (stayer, leaver) = await OpenAsync(handler, handler);
        var asks = Enumerable.Range(0, 10).SelectMany(_ => new[] { stayer, leaver }).Select(party => party.Session.AskAsync(new byte[] { 7 }).AsTask()).ToArray();
        foreach (var answer in await Task.WhenAll(asks).WaitAsync(Eventually.Limit))
        {
            answer.Answer.ToArray().ShouldBe([8]);
        }
    }

    [Fact]
    public async Task AnAskGivenUp_CancelsItsHandler()
    {
        var cancelled = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        var (_, leaver) = await OpenAsync(async (_, message) =>
        {
            await using (message.Cancellation.Register(cancelled.SetResult))
            {
                begun.SetResult();
                await cancelled.Task;
                message.Answer("too late"u8.ToArray());
            }
        });
        using var cancellation = new CancellationTokenSource();
        var ask = leaver.Session.AskAsync(new byte[10], cancellation.Token).AsTask();
        await begun.Task.WaitAsync(Eventually.Limit);
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => ask);
        await cancelled.Task.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task AnAskRefused_IsToldSo()
    {
        var (stayer, _) = await OpenAsync(leaver: static (_, message) =>
        {
            message.Refuse(message.Payload.IsEmpty ? RefusedReason.Busy : RefusedReason.Declined).ShouldBeTrue();
            return default;
        });
        (await stayer.Session.AskAsync(default).AsTask().WaitAsync(Eventually.Limit)).Reason.ShouldBe(RefusedReason.Busy);
        var refused = await stayer.Session.AskAsync(new byte[5]).AsTask().WaitAsync(Eventually.Limit);
        (refused.Outcome, refused.Reason).ShouldBe((AskOutcome.Refused, RefusedReason.Declined));
    }

    [Fact]
    public async Task AnAskBegunAndNotAnswered_IsUnknown_AndEndsTheSession()
    {
        var (stayer, leaver) = await OpenAsync(stayer: static (_, _) => default, limits: Limits with { Grace = TimeSpan.FromMilliseconds(200) });
        (await leaver.Session.AskAsync(new byte[1]).AsTask().WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Unknown);
        (await stayer.ReportAsync()).Fault.ShouldBeOfType<InvalidOperationException>();
        (await leaver.Session.AskAsync(new byte[1])).Reason.ShouldBe(RefusedReason.NotSent);
    }

    [Fact]
    public async Task ASlowReader_FillsTheQueue_AndThenEverythingArrives()
    {
        const int Length = 10_000;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var got = new Arrivals();
        var (_, leaver) = await OpenAsync(
            async (session, message) =>
            {
                await gate.Task;
                await got.Take(session, message);
            },
            limits: Limits with { Largest = 64 * 1024, Window = 128 * 1024, Queue = 256 * 1024 });
        var accepted = 0;
        while (leaver.Session.TrySend(Numbered(accepted, Length)).Outcome == SendOutcome.Accepted)
        {
            (++accepted).ShouldBeLessThan(1000, "a queue is bounded");
        }

        var waiting = leaver.Session.SendAsync(Numbered(accepted, Length)).AsTask();
        var asked = leaver.Session.AskAsync(Numbered(accepted + 1, Length)).AsTask();
        gate.SetResult();
        (await waiting.WaitAsync(Eventually.Limit)).Outcome.ShouldBe(SendOutcome.Accepted);
        (await asked.WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Answered);
        await got.ReachAsync(accepted + 2);
        got.Payloads.Select(payload => BitConverter.ToInt32(payload)).Order().ShouldBe(Enumerable.Range(0, accepted + 2));
    }

    [Fact]
    public async Task AHandlerThatBlocks_LosesNothing()
    {
        using var gate = new ManualResetEventSlim();
        var got = new Arrivals();
        var blocked = new TaskCompletionSource();
        var (_, leaver) = await OpenAsync((session, message) =>
        {
            blocked.TrySetResult();
            gate.Wait();
            return got.Take(session, message);
        });
        for (var i = 0; i < 500; i++)
        {
            (await leaver.Session.SendAsync(Numbered(i, 1000))).Outcome.ShouldBe(SendOutcome.Accepted);
        }

        await blocked.Task.WaitAsync(Eventually.Limit);
        gate.Set();
        await got.ReachAsync(500);
        got.Payloads.Select(payload => BitConverter.ToInt32(payload)).ShouldBe(Enumerable.Range(0, 500));
        (await leaver.Session.DeliveredAsync(500).WaitAsync(Eventually.Limit)).ShouldBeTrue();
    }

    private static byte[] Numbered(int number, int length)
    {
        var payload = new byte[length];
        BitConverter.TryWriteBytes(payload, number);
        return payload;
    }

    /// <summary>What a handler got, in order; asks are answered.</summary>
    private protected sealed class Arrivals
    {
        private readonly List<byte[]> _payloads = [];

        public byte[][] Payloads
        {
            get
            {
                lock (_payloads)
                {
                    return [.. _payloads];
                }
            }
        }

        public ValueTask Take(FarewellSession session, Message message)
        {
            lock (_payloads)
            {
                _payloads.Add(message.Payload.ToArray());
            }

            if (message.IsAsk)
            {
                message.Answer(default);
            }

            return default;
        }

        public Task ReachAsync(int count) => Eventually.HoldsAsync(() => Payloads.Length >= count, () => $"{count} arrived; {Payloads.Length} did");
    }
}
