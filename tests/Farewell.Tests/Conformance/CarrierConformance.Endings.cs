using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Tcp.Endings;

namespace Farewell.Tests.Conformance;

/// <summary>Sessions end as chosen, and both sides say the same of it.</summary>
public abstract partial class CarrierConformance
{
    [Theory]
    [InlineData(Departure.Fin, false, ClosedFirst.Local, TimeWaitHolder.Local)]
    [InlineData(Departure.UnheldFin, false, ClosedFirst.Local, TimeWaitHolder.Unknown)]
    [InlineData(Departure.Reset, false, ClosedFirst.None, TimeWaitHolder.None)]
    [InlineData(Departure.Fin, true, ClosedFirst.Local, TimeWaitHolder.None)]
    public async Task ALeaverLeaves_ByItsDeparture(Departure departure, bool resetAfterGoodbye, ClosedFirst first, TimeWaitHolder holder)
    {
        var (stayer, leaver) = await OpenAsync(departure: departure, resetAfterGoodbye: resetAfterGoodbye);
        (await leaver.Session.AskAsync(Payload(1000)).AsTask().WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Answered);
        await leaver.Session.DisposeAsync().AsTask().WaitAsync(Eventually.Limit);
        var (left, released) = (await stayer.ReportAsync(), await leaver.ReportAsync());
        (left.Cause, released.Cause).ShouldBe((Cause.Left, Cause.Released));
        Agree(left, released);
        if (IsTcp)
        {
            released.Ending.ClosedFirst.ShouldBeOneOf(first, ClosedFirst.Unknown);
            released.Ending.TimeWait.Holder.ShouldBeOneOf(holder, TimeWaitHolder.Unknown);
            left.Ending.TimeWait.Holder.ShouldNotBe(TimeWaitHolder.Local, "the stayer never holds one");
        }
    }

    [Theory]
    [InlineData(Departure.Fin)]
    [InlineData(Departure.UnheldFin)]
    [InlineData(Departure.Reset)]
    public async Task ADismissedLeaver_IsAnsweredAndLeaves(Departure departure)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource();
        var dismissed = new TaskCompletionSource<Dismissal>();
        var (stayer, leaver) = await OpenAsync(
            async (_, message) =>
            {
                begun.TrySetResult();
                await gate.Task;
                message.Answer(message.Payload);
            },
            departure: departure);
        leaver.Session.Dismissed += (_, dismissal) => dismissed.TrySetResult(dismissal);
        var ask = leaver.Session.AskAsync(Payload(100_000)).AsTask();
        await begun.Task.WaitAsync(Eventually.Limit);
        stayer.Session.End(DismissReason.Stop, retryAfter: TimeSpan.FromSeconds(7));
        (await dismissed.Task.WaitAsync(Eventually.Limit)).ShouldBe(new Dismissal(DismissReason.Stop, Violation.None, TimeSpan.FromSeconds(7)));
        (await leaver.Session.SendAsync(new byte[1])).Outcome.ShouldBe(SendOutcome.Ending);
        gate.SetResult();
        (await ask.WaitAsync(Eventually.Limit)).Answer.Span.SequenceEqual(Payload(100_000)).ShouldBeTrue();
        var (left, released) = (await stayer.ReportAsync(), await leaver.ReportAsync());
        (left.Cause, released.Cause).ShouldBe((Cause.Left, Cause.Released));
        Agree(left, released);
    }

    [Fact]
    public async Task BothEndAtOnce()
    {
        for (var i = 0; i < 20; i++)
        {
            var (stayer, leaver) = await OpenAsync(stayer: static (_, _) => default);
            _ = leaver.Session.TrySend(Payload(5000));
            await Task.WhenAll(Task.Run(() => stayer.Session.End()), Task.Run(() => leaver.Session.End()));
            var (left, released) = (await stayer.ReportAsync(), await leaver.ReportAsync());
            (left.Cause, released.Cause).ShouldBe((Cause.Left, Cause.Released));
            released.Messages.Delivered.ShouldBe(1u);
            Agree(left, released);
        }
    }

    [Fact]
    public async Task WhatIsQueued_IsSentBeforeALeaverLeaves()
    {
        var got = new Arrivals();
        var (_, leaver) = await OpenAsync(got.Take);
        for (var i = 0; i < 300; i++)
        {
            (await leaver.Session.SendAsync(Numbered(i, 5000))).Outcome.ShouldBe(SendOutcome.Accepted);
        }

        leaver.Session.End();
        var report = await leaver.ReportAsync();
        report.Cause.ShouldBe(Cause.Released);
        report.Messages.ShouldBe(new Tally(300, 0, 0));
        got.Payloads.Length.ShouldBe(300);
    }

    [Fact]
    public async Task NothingIsTakenAfterTheEnd()
    {
        var (stayer, leaver) = await OpenAsync();
        await leaver.Session.DisposeAsync().AsTask().WaitAsync(Eventually.Limit);
        await stayer.ReportAsync();
        foreach (var party in new[] { stayer, leaver })
        {
            (await party.Session.SendAsync(new byte[1])).Outcome.ShouldBe(SendOutcome.Ending);
            (await party.Session.AskAsync(new byte[1])).Reason.ShouldBe(RefusedReason.NotSent);
            (await party.Session.DeliveredAsync(1)).ShouldBeFalse();
            party.Session.End();
            party.Session.Abort();
            party.EndsTold.ShouldBe(1);
            party.Transport.SendCounts.Given.ShouldBe(party.Transport.SendCounts.Taken, "what was given was taken");
        }

        leaver.Transport.ReceivedCount.ShouldBe(stayer.Transport.SendCounts.Given);
        stayer.Transport.ReceivedCount.ShouldBe(leaver.Transport.SendCounts.Given);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public async Task ALeaverThatEndsItsDirectionAfterDone_IsSaidGoodbye(int answer)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (stayer, peer) = await OpenScriptedAsync(async (_, message) =>
        {
            await gate.Task;
            message.Answer(Payload(answer));
        });
        peer.Say(ScriptedPeer.HelloOfALeaverThatTakesMuch + "03000004" + "61736b3f" + "0c000010" + "00000000" + "00000000" + "00000000" + "00000000");
        await Eventually.HoldsAsync(() => peer.Heard.Length > 0 && stayer.Session.State == SessionState.Finishing, () => $"Done is read, in {stayer.Session.State}");
        peer.Leave(TransportEnd.Depart);
        if (answer == 0)
        {
            // The end of the stream before the answer, and after it.
            await Eventually.HoldsAsync(() => stayer.Transport.IsAtEnd, () => "the end of the stream is read");
        }

        gate.SetResult();
        var report = await stayer.ReportAsync();
        report.Cause.ShouldBe(Cause.Left);
        if (IsTcp)
        {
            report.Ending.ClosedFirst.ShouldBe(ClosedFirst.Remote);
            (await peer.End.WaitAsync(Eventually.Limit)).HoldsTimeWait.ShouldBeTrue();
        }
    }
}
