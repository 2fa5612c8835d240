using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>What a peer cannot do by taking its time, by announcing much, or by saying the same thing often.</summary>
public sealed class BoundTests
{
    private static readonly SessionLimits Patient = SessionLimits.Stayer with { Ping = default, Idle = default };

    [Fact]
    public void AStayerWhoseAnswerIsTakenByTheOctet_EndsWithinHardAndParting()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Leaver.Leave(it.Now);
        it.Flush(Role.Leaver).Deliver(Role.Leaver);
        it.Stayer.Begin(1);
        it.Stayer.Answer(1, new byte[200_000], it.Now);
        it.Feed(Role.Stayer, new byte[] { 0x0C, 0, 0, 16 }.Concat(new byte[16]).ToArray());
        it.Stayer.State.ShouldBe(SessionState.Finishing);
        (Drip(it.Stayer, it.Now), it.Stayer.Cause).ShouldBe((33, Cause.Overdue));
    }

    [Theory]
    [InlineData(false, 30)]
    [InlineData(true, 10)]
    public void ALeaverWhoseLastMessageIsTakenByTheOctet_EndsWithinItsHardLimit_OrTheGraceItWasGiven(bool dismissed, int seconds)
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Send(new byte[200_000], it.Now, out _);
        it.Leaver.Sent(it.Leaver.Write(new byte[1000], it.Now), it.Now);
        if (dismissed)
        {
            it.Stayer.Dismiss(DismissReason.Stop, it.Now);
            it.Flush(Role.Stayer).Deliver(Role.Stayer);
        }
        else
        {
            it.Leaver.Leave(it.Now);
        }

        (Drip(it.Leaver, it.Now), it.Leaver.Cause).ShouldBe((seconds, Cause.GraceExpired));
    }

    [Fact]
    public void AStayerThatAnnouncesAMonth_IsWaitedForFiveMinutes()
    {
        var month = SessionLimits.Stayer with { Grace = TimeSpan.FromDays(24), Hard = TimeSpan.FromDays(24) };
        var it = new Conversation(month).Run();
        it.Leaver.Leave(it.Now);
        it.Flush(Role.Leaver);
        it.Leaver.State.ShouldBe(SessionState.Waiting);
        it.Leaver.NextDeadline.ShouldBe(it.Now + TimeSpan.FromSeconds(301));

        it = new Conversation(month).Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Stayer.Dismiss(DismissReason.Stop, it.Now);
        it.Run();
        it.Leaver.State.ShouldBe(SessionState.Dismissed);
        it.Leaver.NextDeadline.ShouldBe(it.Now + TimeSpan.FromSeconds(225), "three quarters of five minutes");
    }

    [Fact]
    public void ALeaverThatSleptThroughItsGrace_StillSaysDone()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Stayer.Dismiss(DismissReason.Stop, it.Now);
        it.Flush(Role.Stayer).Deliver(Role.Stayer);
        it.Leaver.State.ShouldBe(SessionState.Dismissed);
        it.Leaver.Tick(it.Now + TimeSpan.FromMinutes(1));
        it.Leaver.HasOutput.ShouldBeTrue();
        it.Flush(Role.Leaver);
        it.Leaver.State.ShouldBe(SessionState.Waiting);
    }

    [Theory]
    [InlineData(25)]
    [InlineData(3)]
    public void ADismissThatCrossesDone_LetsNeitherSideGiveTheOtherUp(int grace)
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Send(new byte[3], it.Now, out _);
        it.Run().Wait(2);
        it.Stayer.Dismiss(DismissReason.Stop, it.Now, TimeSpan.FromSeconds(grace));
        it.Flush(Role.Stayer);
        it.Leaver.Leave(it.Now);
        it.Flush(Role.Leaver).Deliver(Role.Leaver).Deliver(Role.Stayer);
        (it.Stayer.State, it.Leaver.State).ShouldBe((SessionState.Finishing, SessionState.Waiting));
        for (var seconds = 0; seconds < 40 && it.Leaver.Disposition == Disposition.Stay; seconds++)
        {
            it.Wait(1);
        }

        it.Leaver.Cause.ShouldBe(Cause.Released);
        it.Depart().Stayer.Cause.ShouldBe(Cause.Left);
    }

    [Fact]
    public void APongWithheldForAnHour_IsNotWaitedForTwiceAnHour()
    {
        var it = new Conversation(leaver: SessionLimits.Leaver with { Idle = default }).Run();
        it.Leaver.Tick(it.Leaver.NextDeadline);
        var (now, room) = (TimeSpan.FromSeconds(45), new byte[100]);
        it.Leaver.Sent(it.Leaver.Write(room, now), now);
        room[0].ShouldBe((byte)7);
        for (; now < TimeSpan.FromHours(1); now += TimeSpan.FromSeconds(10))
        {
            Read(it.Leaver, now, 0x80, 0, 0, 0);
        }

        Read(it.Leaver, now, [8, 0, 0, 8, .. room[4..8], 0, 0, 0, 0]);
        it.Leaver.Leave(now);
        it.Leaver.Sent(it.Leaver.Write(room, now), now);
        it.Leaver.State.ShouldBe(SessionState.Waiting);
        it.Leaver.NextDeadline.ShouldBe(now + SessionLimits.Leaver.Grace + 2 * SessionLimits.Leaver.Pong);
    }

    [Fact]
    public void ACancelOfAReplyThatWasReadAndNotTold_HoldsItBack()
    {
        var it = new Conversation().Run();
        it.Stayer.Send(new byte[1], it.Now, out _);
        it.Stayer.Ask(new byte[1], it.Now, out var ticket);
        it.Run();
        ReadOnlyMemory<byte> input = new byte[] { 4, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 1, 7, 8 };
        it.Stayer.Read(ref input, it.Now, out var delivered).ShouldBeTrue();
        delivered.Kind.ShouldBe(SessionEventKind.Delivered);
        it.Stayer.Cancel(ticket, it.Now).ShouldBeFalse();
        it.Stayer.Read(ref input, it.Now, out _).ShouldBeFalse();
    }

    [Fact]
    public void QueuedAsksCancelledInAnyOrder_LeaveTheOthersInOrder()
    {
        var it = new Conversation(leaver: SessionLimits.Leaver with { Pipeline = false });
        var tickets = new List<uint>();
        for (byte i = 0; i < 100; i++)
        {
            it.Leaver.Ask(new[] { i }, it.Now, out var ticket).ShouldBe(SendStatus.Accepted);
            tickets.Add(ticket);
            it.Leaver.Send(new[] { i }, it.Now, out _);
        }

        it.Leaver.Retain();
        foreach (var at in Enumerable.Range(0, 100).Where(i => i % 3 != 0).OrderBy(i => i * 37 % 100))
        {
            it.Leaver.Cancel(tickets[at], it.Now).ShouldBeTrue();
        }

        it.Run();
        it.Of(Role.Stayer, SessionEventKind.Ask).Select(ask => (int)ask.Payload.Span[0]).ShouldBe(Enumerable.Range(0, 100).Where(i => i % 3 == 0));
        it.Of(Role.Stayer, SessionEventKind.Message).Select(message => (int)message.Payload.Span[0]).ShouldBe(Enumerable.Range(0, 100));
        it.Leaver.Queued.ShouldBe(0);
    }

    [Fact]
    public void ALargePayload_GoesInPartsOfTheSizeChosen_ToItsEnd()
    {
        var it = new Conversation().Run();
        it.Leaver.Send(new byte[80_000], it.Now, out _);
        it.Run();
        it.Of(Role.Stayer, SessionEventKind.Message).ShouldHaveSingleItem().Payload.Length.ShouldBe(80_000);
        it.Said.Count(said => said.EndsWith("Part", StringComparison.Ordinal)).ShouldBe(4, "16,384 octets each, the last 14,464");
    }

    [Fact]
    public void WhatFollowsGoodbye_ChangesNothing()
    {
        var it = new Conversation().Run();
        it.Leaver.Leave(it.Now);
        it.Flush(Role.Leaver);
        it.Feed(Role.Leaver, new byte[] { 0x0D, 0, 0, 4, 0, 0, 0, 0, 0x20, 1, 2, 3, 2, 0, 0, 0 });
        (it.Leaver.Cause, it.Leaver.Disposition, it.Leaver.What).ShouldBe((Cause.Released, Disposition.Depart, Violation.None));
        it.Happened[^1].Event.Kind.ShouldBe(SessionEventKind.Ended);
    }

    [Theory]
    [InlineData(4, "00000001 00000000 41", Violation.UnknownAsk)]
    [InlineData(5, "00000001 03", Violation.UnknownAsk)]
    public void AReplyToAnAskNotYetWhole_IsAViolation(byte type, string body, Violation what)
    {
        var it = new Conversation().Run();
        it.Stayer.Ask(new byte[1000], it.Now, out _);
        it.Stayer.Sent(it.Stayer.Write(new byte[200], it.Now), it.Now);
        var bytes = Convert.FromHexString(body.Replace(" ", "", StringComparison.Ordinal));
        it.Feed(Role.Stayer, new byte[] { type, 0, 0, (byte)bytes.Length }.Concat(bytes).ToArray());
        it.Stayer.What.ShouldBe(what);
    }

    [Theory]
    [InlineData(0, 0x440, true)]
    [InlineData(0, 0x441, true)]
    [InlineData(1, 0, true)]
    [InlineData(0, 0, false)]
    public void AMessageNotYetWhole_CanBeNeitherReturnedNorHandled(byte handled, int returned, bool violates)
    {
        var it = new Conversation().Run();
        it.Stayer.Send(new byte[1024], it.Now, out _);
        it.Stayer.Sent(it.Stayer.Write(new byte[200], it.Now), it.Now);
        it.Feed(Role.Stayer, new byte[] { 9, 0, 0, 8, 0, 0, 0, handled, 0, 0, (byte)(returned >> 8), (byte)returned });
        it.Stayer.What.ShouldBe(violates ? Violation.BadCount : Violation.None);
    }

    [Fact]
    public void DoneThatCountsAnAskNotYetWhole_IsABadCount()
    {
        var it = new Conversation().Run();
        it.Stayer.Ask(new byte[1000], it.Now, out _);
        it.Stayer.Sent(it.Stayer.Write(new byte[200], it.Now), it.Now);
        it.Feed(Role.Stayer, new byte[] { 0x0C, 0, 0, 16 }.Concat(new byte[11]).Append((byte)1).Concat(new byte[4]).ToArray());
        it.Stayer.What.ShouldBe(Violation.BadCount);
    }

    [Fact]
    public void ASecondCancel_IsToldNoMore()
    {
        var it = new Conversation().Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Stayer.Begin(1);
        for (var times = 0; times < 3; times++)
        {
            it.Feed(Role.Stayer, new byte[] { 6, 0, 0, 4, 0, 0, 0, 1 });
        }

        it.Of(Role.Stayer, SessionEventKind.Cancelled).ShouldHaveSingleItem();
        it.Stayer.Cause.ShouldBe(Cause.None);
    }

    [Fact]
    public void AnAnswerAboveWhatThePeerAccepts_IsToldSo_AndMayBeMadeSmaller()
    {
        var it = new Conversation(leaver: SessionLimits.Leaver with { Largest = 1000, Window = 2000 }).Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Stayer.Begin(1);
        it.Stayer.Answer(1, new byte[1001], it.Now).ShouldBe(ReplyStatus.TooLarge);
        it.Stayer.Answer(1, new byte[1000], it.Now).ShouldBe(ReplyStatus.Accepted);
        it.Run();
        it.Of(Role.Leaver, SessionEventKind.Answered).ShouldHaveSingleItem();
    }

    [Fact]
    public void ANestedAskStillQueuedWhenDoneComes_IsToldRefused_AndNotWritten()
    {
        var it = new Conversation().Run();
        it.Leaver.Leave(it.Now);
        it.Flush(Role.Leaver);
        it.Stayer.Ask(new byte[1], it.Now, out _, nested: true).ShouldBe(SendStatus.Accepted);
        it.Deliver(Role.Leaver).Run();
        it.Of(Role.Stayer, SessionEventKind.Refused).ShouldHaveSingleItem().Reason.ShouldBe((byte)RefusedReason.NotSent);
        it.Said.ShouldNotContain(said => said.EndsWith("Ask", StringComparison.Ordinal));
        it.Depart().Stayer.Cause.ShouldBe(Cause.Left);
    }

    [Fact]
    public void ManyAsks_CancelledInReverse_AreAllFound()
    {
        var it = new Conversation(SessionLimits.Stayer with { Window = 1 << 20 }).Run();
        for (var i = 0; i < 8000; i++)
        {
            it.Leaver.Ask(default, it.Now, out _);
        }

        it.Run();
        it.Stayer.AsksInHand.ShouldBe(8000);
        for (uint ask = 8000; ask > 0; ask--)
        {
            it.Leaver.Cancel(ask, it.Now).ShouldBeFalse();
        }

        it.Run();
        it.Stayer.AsksInHand.ShouldBe(0);
        it.Leaver.AsksOpen.ShouldBe(0);
        it.Of(Role.Stayer, SessionEventKind.Cancelled).Select(cancelled => cancelled.Number).ShouldBe(Enumerable.Range(1, 8000).Reverse().Select(i => (uint)i));
    }

    private static void Read(Session session, TimeSpan now, params byte[] bytes)
    {
        ReadOnlyMemory<byte> input = bytes;
        while (session.Read(ref input, now, out _))
        {
        }
    }

    /// <summary>Lets the transport take an octet a second.</summary>
    /// <returns>The seconds that the session lasted.</returns>
    private static int Drip(Session session, TimeSpan from)
    {
        var room = new byte[500];
        long waiting = 0;
        for (var seconds = 0; ; seconds++)
        {
            seconds.ShouldBeLessThan(1000, "it ends");
            var now = from + TimeSpan.FromSeconds(seconds);
            session.Tick(now);
            if (session.Disposition != Disposition.Stay)
            {
                return seconds;
            }

            if (waiting == 0 && session.HasOutput)
            {
                waiting = session.Write(room, now);
            }

            if (waiting > 0)
            {
                session.Sent(1, now);
                waiting--;
            }
        }
    }
}
