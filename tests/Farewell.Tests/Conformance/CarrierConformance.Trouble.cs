using Farewell.Carriers;
using Farewell.Protocol;

namespace Farewell.Tests.Conformance;

/// <summary>Peers that die, reset, violate or lie.</summary>
public abstract partial class CarrierConformance
{
    [Theory]
    [InlineData(Role.Stayer, false)]
    [InlineData(Role.Stayer, true)]
    [InlineData(Role.Leaver, false)]
    [InlineData(Role.Leaver, true)]
    public async Task APeerThatDies_IsToldAsSuch(Role who, bool byReset)
    {
        var (stayer, leaver) = await OpenAsync(stayer: async (_, message) =>
        {
            if (message.IsAsk)
            {
                await Task.Delay(Timeout.Infinite, message.Cancellation);
            }
        });
        var (dead, alive) = who == Role.Stayer ? (stayer, leaver) : (leaver, stayer);
        (await leaver.Session.DeliveredAsync((await leaver.Session.SendAsync(Payload(100))).Number).WaitAsync(Eventually.Limit)).ShouldBeTrue();
        var ask = leaver.Session.AskAsync(Payload(100)).AsTask();
        await Eventually.HoldsAsync(() => stayer.Driver.Core.AsksInHand == 1, () => "the ask is in hand");
        dead.Transport.EndUnder(byReset ? TransportEnd.Reset : TransportEnd.Depart);
        var report = await alive.ReportAsync();
        report.Cause.ShouldBe(byReset ? Cause.PeerReset : Cause.Truncated);
        report.IsOrderly.ShouldBeFalse();
        dead.Session.Abort();
        await dead.ReportAsync();
        (await ask.WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Unknown);
    }

    [Theory]
    [InlineData(Role.Stayer)]
    [InlineData(Role.Leaver)]
    public async Task AnAbort_IsAResetToTheOtherSide(Role who)
    {
        var (stayer, leaver) = await OpenAsync();
        var (one, other) = who == Role.Stayer ? (stayer, leaver) : (leaver, stayer);
        one.Session.Abort();
        var (aborted, reset) = (await one.ReportAsync(), await other.ReportAsync());
        (aborted.Cause, reset.Cause).ShouldBe((Cause.Aborted, Cause.PeerReset));
        Agree(aborted, reset);
    }

    [Fact]
    public async Task AnAbortInTheMiddleOfMuch_EndsBoth()
    {
        var (stayer, leaver) = await OpenAsync();
        var sending = Task.WhenAll(SendAsync(stayer), SendAsync(leaver));
        await Eventually.HoldsAsync(() => stayer.Transport.ReceivedCount > 200_000, () => "much is under way");
        stayer.Session.Abort();
        (await stayer.ReportAsync()).Cause.ShouldBe(Cause.Aborted);
        (await leaver.ReportAsync()).Cause.ShouldBe(Cause.PeerReset);
        await sending.WaitAsync(Eventually.Limit);

        static async Task SendAsync(Party party)
        {
            await Task.Yield();
            while ((await party.Session.SendAsync(Payload(20_000))).Outcome == SendOutcome.Accepted)
            {
            }
        }
    }

    [Fact]
    public async Task AViolation_IsTold_AndReset()
    {
        var (stayer, peer) = await OpenScriptedAsync();

        // A leaver that says Goodbye: docs/protocol.md 10.5. It is told only where nothing waits to be sent.
        peer.Say(ScriptedPeer.HelloOfALeaver);
        await AllHeardAsync(stayer, peer);
        peer.Say("0d00000400000000");
        await Eventually.HoldsAsync(() => peer.Heard.EndsWith("0b00000c06010000000000faffffffff", StringComparison.Ordinal), () => peer.Heard);
        (await peer.OverAsync()).ShouldBe("lost");
        var report = await stayer.ReportAsync();
        (report.Cause, report.What).ShouldBe((Cause.Violation, Violation.UnexpectedFrame));
        peer.Leave(TransportEnd.Release);
    }

    [Fact]
    public async Task AToldViolation_IsToldOnBothSides()
    {
        // The leaver's limits are smaller than what the stayer believes it may send: a Hello that lies.
        var (one, other) = await ConnectAsync();
        var leaver = Join(Role.Leaver, other, null, Limits with { Largest = 1000, Window = 2000 });
        var peer = new ScriptedPeer(await one);
        await AllHeardAsync(leaver, peer);
        peer.Say("0100001c4652574c01010000" + "000493e0" + "00002710" + "00007530" + "00040000" + "00080000" + "02000fff" + new string('0', 2 * 0xfff));
        await Eventually.HoldsAsync(() => peer.Heard.Contains("0c000010" + "0605", StringComparison.Ordinal), () => peer.Heard);
        var report = await leaver.ReportAsync();
        (report.Cause, report.What).ShouldBe((Cause.Violation, Violation.TooLarge));
        peer.Leave(TransportEnd.Release);
    }

    private static Task AllHeardAsync(Party party, ScriptedPeer peer) => Eventually.HoldsAsync(
        () => party.Transport.SendCounts is { Given: 32 } counts && counts.Taken == counts.Given && peer.Heard.Length == 64, () => $"the Hello is heard: {peer.Heard}");

    [Fact]
    public async Task ForeignOctets_AreResetWithoutAWord()
    {
        var (stayer, peer) = await OpenScriptedAsync();
        peer.Say(Convert.ToHexString("GET / HTTP/1.1\r\n\r\n"u8));
        (await peer.OverAsync()).ShouldBe("lost");
        peer.Heard.ShouldBeEmpty();
        (await stayer.ReportAsync()).What.ShouldBe(Violation.Foreign);
        peer.Leave(TransportEnd.Release);
    }

    [Fact]
    public async Task AProbe_IsNoViolation()
    {
        var (stayer, peer) = await OpenScriptedAsync();
        peer.Leave(TransportEnd.Depart);
        (await stayer.ReportAsync()).Cause.ShouldBe(Cause.Probe);
    }

    [Fact]
    public async Task AWatcherThatThrows_HurtsNothing()
    {
        var begun = new TaskCompletionSource();
        var (stayer, leaver) = await OpenAsync(async (_, message) =>
        {
            await using (message.Cancellation.Register(static () => throw new InvalidOperationException("a watcher's")))
            {
                begun.SetResult();
                var cancelled = new TaskCompletionSource();
                await using (message.Cancellation.Register(cancelled.SetResult))
                {
                    await cancelled.Task;
                }
            }
        });
        leaver.Session.Dismissed += static (_, _) => throw new InvalidOperationException("a subscriber's");
        var ask = leaver.Session.AskAsync(new byte[1]).AsTask();
        await begun.Task.WaitAsync(Eventually.Limit);
        stayer.Session.End(grace: TimeSpan.FromMilliseconds(50));
        (await ask.WaitAsync(Eventually.Limit)).Outcome.ShouldNotBe(AskOutcome.Answered);
        await leaver.ReportAsync();
        await stayer.ReportAsync();
    }

    [Fact]
    public async Task AHandlerThatBlocks_DoesNotHoldTheConnection()
    {
        using var gate = new ManualResetEventSlim();
        var blocked = new TaskCompletionSource();
        var (stayer, leaver) = await OpenAsync((_, _) =>
        {
            blocked.TrySetResult();
            gate.Wait();
            return default;
        });
        try
        {
            leaver.Session.TrySend(new byte[1]);
            await blocked.Task.WaitAsync(Eventually.Limit);
            stayer.Session.End(grace: TimeSpan.FromMilliseconds(50));
            (await stayer.ReportAsync()).Cause.ShouldBe(Cause.GraceExpired);
            (await leaver.ReportAsync()).IsOrderly.ShouldBeFalse();
        }
        finally
        {
            gate.Set();
        }
    }
}
