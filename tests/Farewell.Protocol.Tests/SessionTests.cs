using System.Runtime.InteropServices;
using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

public sealed class SessionTests
{
    [Theory]
    [InlineData("16", "a TLS ClientHello")]
    [InlineData("474554202f20485454502f312e31", "GET / HTTP/1.1")]
    [InlineData("5353482d", "SSH-")]
    [InlineData("0100001c475257", "a Hello with another magic")]
    [InlineData("0100001b", "a Hello that is too short")]
    [InlineData("0d", "Goodbye")]
    public void ForeignBytes_EndTheConnectionOnTheFirstThatCannotBeHello(string hex, string what)
    {
        var bytes = Convert.FromHexString(hex);
        foreach (var role in Enum.GetValues<Role>())
        {
            var session = new Session(role, false, null, default);
            ReadOnlyMemory<byte> input = bytes;
            while (session.Read(ref input, default, out _))
            {
            }

            (session.Cause, session.What, session.Disposition).ShouldBe((Cause.Violation, Violation.Foreign, Disposition.Reset), $"{what} to a {role}");
            session.HasOutput.ShouldBeFalse("foreign bytes are not answered in words");
        }
    }

    [Fact]
    public void EqualRoles_AreNamedOnBothSides_AndNothingButHellosIsSaid()
    {
        var (dialler, acceptor) = (new Session(Role.Stayer, true, null, default), new Session(Role.Stayer, false, null, default));
        var room = new byte[256];
        Give(acceptor, room.AsMemory(0, dialler.Write(room, default)));
        var count = acceptor.Write(room, default);
        count.ShouldBe(FrameHeader.Size + Hello.Size);
        Give(dialler, room.AsMemory(0, count));
        (dialler.What, acceptor.What).ShouldBe((Violation.EqualRoles, Violation.EqualRoles));
        dialler.HasOutput.ShouldBeFalse();
    }

    [Fact]
    public void AVersionThatIsNotSpoken_IsNamed()
    {
        var session = new Session(Role.Stayer, false, null, default);
        var frame = new byte[32];
        new FrameHeader(FrameType.Hello, 0, Hello.Size).Write(frame);
        SessionLimits.Leaver.ToHello(Role.Leaver).Write(frame.AsSpan(4));
        (frame[8], frame[9]) = (2, 3);
        Give(session, frame);
        session.What.ShouldBe(Violation.NoCommonVersion);
        session.HasOutput.ShouldBeTrue("it says its own Hello, so that the peer can name the reason too");
    }

    [Fact]
    public void ASecondHello_IsAViolation()
    {
        var it = new Conversation().Run();
        var hello = new byte[32];
        new FrameHeader(FrameType.Hello, 0, Hello.Size).Write(hello);
        SessionLimits.Leaver.ToHello(Role.Leaver).Write(hello.AsSpan(4));
        it.Say(Role.Leaver, hello).Deliver(Role.Leaver);
        (it.Stayer.State, it.Stayer.What).ShouldBe((SessionState.Expelling, Violation.UnexpectedFrame));
    }

    [Fact]
    public void APayloadThatLiesWholeInTheInput_IsHandedOutWhereItLies()
    {
        var it = new Conversation().Run();
        byte[] bytes = [2, 0, 0, 3, 7, 8, 9];
        ReadOnlyMemory<byte> input = bytes;
        it.Stayer.Read(ref input, it.Now, out var happened).ShouldBeTrue();
        MemoryMarshal.TryGetArray(happened.Payload, out var where).ShouldBeTrue();
        (where.Array, where.Offset, where.Count).ShouldBe((bytes, 4, 3));
    }

    [Fact]
    public void AZeroLengthMessage_IsAMessage()
    {
        var it = new Conversation().Run();
        it.Leaver.Send(default, it.Now, out _).ShouldBe(SendStatus.Accepted);
        it.Run();
        it.Of(Role.Stayer, SessionEventKind.Message).ShouldHaveSingleItem().Payload.Length.ShouldBe(0);
    }

    [Fact]
    public void ALargeMessage_LetsControlFramesPassBetweenItsParts()
    {
        var it = new Conversation().Run();
        it.Leaver.Send(new byte[200_000], it.Now, out _);
        var room = new byte[20_000];
        var count = it.Leaver.Write(room, it.Now);
        count.ShouldBeInRange(16_000, 20_000);
        Give(it.Leaver, new byte[] { 7, 0, 0, 4, 1, 2, 3, 4 }, it.Now);
        it.Leaver.Write(room, it.Now).ShouldBeGreaterThan(0);
        room[0].ShouldBe((byte)FrameType.Pong);
        room[12].ShouldBe((byte)FrameType.Part);
    }

    [Theory]
    [InlineData(65_527, 1, 1)]
    [InlineData(65_528, 1, 2)]
    [InlineData(65_535, 1, 2)]
    [InlineData(65_536, 2, 2)]
    public void APayloadThatFitsNoFrame_GoesInParts(int size, int framesOfAMessage, int framesOfAnAnswer)
    {
        var it = new Conversation(leaver: SessionLimits.Leaver with { Part = 65_527 }, stayer: SessionLimits.Stayer with { Part = 65_527 }).Run();
        var payload = Enumerable.Range(0, size).Select(i => (byte)(i * 31)).ToArray();
        it.Leaver.Send(payload, it.Now, out _);
        it.Run();
        it.Said.Count(said => said.EndsWith("Part", StringComparison.Ordinal)).ShouldBe(framesOfAMessage - 1);
        it.Leaver.Ask(default, it.Now, out _);
        it.Run();
        it.Stayer.Answer(1, payload, it.Now).ShouldBe(ReplyStatus.Accepted);
        it.Run();
        it.Said.Count(said => said.EndsWith("Part", StringComparison.Ordinal)).ShouldBe(framesOfAMessage - 1 + framesOfAnAnswer - 1);
        it.Of(Role.Stayer, SessionEventKind.Message).ShouldHaveSingleItem().Payload.ToArray().ShouldBe(payload);
        it.Of(Role.Leaver, SessionEventKind.Answered).ShouldHaveSingleItem().Payload.ToArray().ShouldBe(payload);
    }

    [Fact]
    public void AMessageAboveWhatIsAccepted_IsAViolationBeforeMemoryIsTaken()
    {
        var it = new Conversation(SessionLimits.Stayer with { Largest = 1000, Window = 2000 }).Run();
        it.Leaver.Send(new byte[1001], it.Now, out _).ShouldBe(SendStatus.TooLarge);
        it.Feed(Role.Stayer, new byte[] { 2, 0, 0x03, 0xE9 });
        it.Stayer.What.ShouldBe(Violation.TooLarge);
    }

    [Fact]
    public void MoreThanTheWindow_IsAViolation()
    {
        var it = new Conversation(SessionLimits.Stayer with { Largest = 900, Window = 1024 }).Run();
        it.Feed(Role.Stayer, new byte[] { 2, 0, 2, 0 }.Concat(new byte[512]).ToArray());
        it.Stayer.What.ShouldBe(Violation.None);
        it.Feed(Role.Stayer, new byte[] { 2, 0, 2, 0 });
        it.Stayer.What.ShouldBe(Violation.CreditExceeded);
    }

    [Fact]
    public void AHandlerThatAsksItsPeer_IsAnsweredThoughBothWindowsAreFull()
    {
        var one = SessionLimits.Stayer with { Largest = 900, Window = 1024 };
        var it = new Conversation(one, one).Run();
        it.Leaver.Ask(new byte[900], it.Now, out _);
        it.Stayer.Ask(new byte[900], it.Now, out _);
        it.Run();
        it.Stayer.Begin(1);
        it.Leaver.Begin(1);
        it.Stayer.Ask(Conversation.Text("inner"), it.Now, out var inner, nested: true).ShouldBe(SendStatus.Accepted);
        it.Run();
        it.Of(Role.Leaver, SessionEventKind.Ask).Last().Nested.ShouldBeTrue();
        it.Leaver.Answer(2, Conversation.Text("done"), it.Now);
        it.Run();
        it.Of(Role.Stayer, SessionEventKind.Answered).ShouldHaveSingleItem().Number.ShouldBe(inner);
    }

    [Fact]
    public void NestedAsksThatAreNeverReadBack_AreBounded()
    {
        var it = new Conversation().Run();
        byte[] nested = [3, (byte)FrameFlags.Nested, 0, 0];
        for (var i = 0; i < Hello.MaxNested; i++)
        {
            it.Feed(Role.Stayer, nested);
        }

        it.Stayer.What.ShouldBe(Violation.None);
        it.Feed(Role.Stayer, nested);
        it.Stayer.What.ShouldBe(Violation.CreditExceeded);
    }

    [Fact]
    public void AStayerThatKeepsPushing_StillReachesGoodbye()
    {
        var it = new Conversation().Run();
        it.Leaver.Leave(it.Now);
        it.Flush(Role.Leaver);
        it.Stayer.Send(new byte[10], it.Now, out _).ShouldBe(SendStatus.Accepted);
        it.Deliver(Role.Leaver);
        it.Stayer.Send(new byte[10], it.Now, out _).ShouldBe(SendStatus.Ending);
        it.Run().Depart();
        it.Of(Role.Leaver, SessionEventKind.Message).Count().ShouldBe(1);
    }

    [Fact]
    public void ADismissedLeaver_TakesNoMoreMessages_AndSaysThatTheyAreRetryable()
    {
        var it = new Conversation().Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Stayer.Dismiss(DismissReason.Stop, it.Now);
        it.Run();
        it.Leaver.Send(new byte[1], it.Now, out _).ShouldBe(SendStatus.Dismissed);
        it.Leaver.Ask(new byte[1], it.Now, out _).ShouldBe(SendStatus.Dismissed);
    }

    [Fact]
    public void ALeaverThatEndsItsDirectionAfterDone_StillGetsItsAnswer()
    {
        var it = new Conversation().Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Stayer.Begin(1);
        it.Say(Role.Leaver, [0x0C, 0, 0, 16, .. new byte[16]]).Deliver(Role.Leaver);
        it.Stayer.EndOfStream(it.Now);
        it.Stayer.Answer(1, new byte[1], it.Now).ShouldBe(ReplyStatus.Accepted);
        it.Flush(Role.Stayer);
        (it.Stayer.Cause, it.Stayer.Disposition).ShouldBe((Cause.Left, Disposition.Close));
        it.Said[^1].ShouldContain("Goodbye");
    }

    [Fact]
    public void WhatIsNotInHand_IsToldSo()
    {
        var it = new Conversation().Run();
        it.Leaver.Cancel(77, it.Now).ShouldBeFalse("there is no such ask");
        it.Stayer.Handled(5, it.Now).ShouldBeFalse("there is no such message");
        it.Stayer.Answer(3, default, it.Now).ShouldBe(ReplyStatus.TooLate);
    }

    [Fact]
    public void OnlyAStayerDismisses_AndOnlyALeaverLeaves()
    {
        var it = new Conversation();
        Should.Throw<InvalidOperationException>(() => it.Leaver.Dismiss(DismissReason.Stop, it.Now));
        Should.Throw<InvalidOperationException>(() => it.Stayer.Leave(it.Now));
    }

    [Fact]
    public void CreditThatReturnsTheCostOfAnAsk_IsABadCount()
    {
        var it = new Conversation().Run();
        it.Leaver.Ask(new byte[1000 - Hello.Overhead], it.Now, out _);
        it.Run();
        it.Feed(Role.Leaver, new byte[] { (byte)FrameType.Credit, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0x03, 0xE8 });
        it.Leaver.What.ShouldBe(Violation.BadCount);
    }

    [Theory]
    [InlineData(0xFFFFFFFF)]
    [InlineData(2)]
    [InlineData(0)]
    public void DoneThatCountsAsksNeverMade_OrFewerThanWereAnswered_IsABadCount(uint asks)
    {
        var it = new Conversation().Run();
        it.Stayer.Ask(new byte[1], it.Now, out _);
        it.Run();
        if (asks == 0)
        {
            it.Leaver.Answer(1, default, it.Now).ShouldBe(ReplyStatus.Accepted);
            it.Run();
        }

        var done = new byte[20];
        (done[0], done[3]) = ((byte)FrameType.Done, 16);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(done.AsSpan(12), asks);
        it.Feed(Role.Stayer, done);
        it.Stayer.What.ShouldBe(Violation.BadCount);
        it.Of(Role.Stayer, SessionEventKind.Refused).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0xFF, Violation.UnknownAsk)]
    [InlineData(0x00, Violation.UnknownAsk)]
    [InlineData(0x01, Violation.None)]
    public void ACancelOfAnAskNeverReceived_IsAViolation(byte digit, Violation what)
    {
        var it = new Conversation().Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run();
        var high = digit == 0xFF ? digit : (byte)0;
        it.Feed(Role.Stayer, new byte[] { (byte)FrameType.Cancel, 0, 0, 4, high, high, high, digit });
        it.Stayer.What.ShouldBe(what);
    }

    [Fact]
    public void IdleBeginsAnew_AfterARefusal()
    {
        var off = TimeSpan.Zero;
        var it = new Conversation(SessionLimits.Stayer with { Ping = off }, SessionLimits.Leaver with { Ping = off }).Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run().Wait(400);
        it.Stayer.Refuse(1, RefusedReason.Declined, it.Now).ShouldBe(ReplyStatus.Accepted);
        it.Run();
        it.Stayer.NextDeadline.ShouldBe(it.Now + SessionLimits.Stayer.Idle);
    }

    [Fact]
    public void AHandlerThatAwaitsASilentPeer_DoesNotWaitForEver()
    {
        var it = new Conversation().Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Stayer.Begin(1).ShouldBeTrue();
        it.Stayer.NextDeadline.ShouldBe(TimeSpan.MaxValue);
        it.Stayer.Ask(new byte[1], it.Now, out _, nested: true);
        it.Flush(Role.Stayer);
        it.Stayer.NextDeadline.ShouldBe(it.Now + SessionLimits.Stayer.Ping);
        var later = it.Now + SessionLimits.Stayer.Ping;
        it.Stayer.Tick(later);
        var room = new byte[256];
        it.Stayer.Sent(it.Stayer.Write(room, later), later);
        room[0].ShouldBe((byte)FrameType.Ping);
        it.Stayer.Tick(later + SessionLimits.Stayer.Pong);
        it.Stayer.Cause.ShouldBe(Cause.Dead);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void RoomThatIsTooSmall_BeginsNothing(int room)
    {
        var it = new Conversation().Run();
        it.Leaver.Send(new byte[1], it.Now, out _);
        it.Leaver.Ask(new byte[1], it.Now, out var ticket);
        it.Leaver.Write(new byte[room], it.Now).ShouldBe(0);
        it.Leaver.ConnectionReset(it.Now);
        it.Feed(Role.Leaver, default);
        it.Of(Role.Leaver, SessionEventKind.Refused).ShouldHaveSingleItem().Number.ShouldBe(ticket);
        it.Leaver.Tally.NotSent.ShouldBe(1u);
    }

    [Fact]
    public void AnAskThatFindsNoRoom_IsNotBegun()
    {
        var it = new Conversation().Run();
        it.Leaver.Ask(new byte[1], it.Now, out var ticket);
        it.Leaver.Write([], it.Now).ShouldBe(0);
        it.Leaver.ConnectionReset(it.Now);
        it.Feed(Role.Leaver, default);
        it.Of(Role.Leaver, SessionEventKind.Refused).ShouldHaveSingleItem().Number.ShouldBe(ticket);
    }

    [Fact]
    public void TimesThatOverflow_AreRefusedByName()
    {
        var (most, limits) = (TimeSpan.MaxValue, SessionLimits.Stayer);
        foreach (var (name, wrong) in new[]
        {
            ("Handshake", limits with { Handshake = most }), ("Idle", limits with { Idle = most }), ("Ping", limits with { Ping = most }),
            ("Pong", limits with { Pong = most }), ("Stall", limits with { Stall = most }), ("Confirm", limits with { Confirm = most }),
            ("Grace", limits with { Grace = most }), ("Hard", limits with { Hard = most }), ("Parting", limits with { Parting = most }),
            ("Discard", limits with { Discard = most }), ("LeastTwoRoundTrips", limits with { LeastTwoRoundTrips = most }),
        })
        {
            Should.Throw<ArgumentOutOfRangeException>(wrong.Validate).ParamName.ShouldBe(name);
        }
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void AnyGraceOfLeaving_IsCutToWhatCanBe(long ticks)
    {
        var it = new Conversation().Run();
        it.Wait(1);
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Leaver.Leave(it.Now, TimeSpan.FromTicks(ticks)).ShouldBeTrue();
        it.Leaver.NextDeadline.ShouldBeGreaterThan(it.Now);
    }

    private static void Give(Session session, ReadOnlyMemory<byte> input, TimeSpan now = default)
    {
        while (session.Read(ref input, now, out _))
        {
        }
    }
}
