using System.Buffers.Binary;
using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>docs/protocol.md section 2.1: what a Hello may announce, what small announcements count as, and what is said of one that is wrong.</summary>
public sealed class GreetingTests
{
    private const uint Most = 1 << 30;

    private readonly byte[] _room = new byte[4096];

    [Theory]
    [InlineData(1, 65, true)]
    [InlineData(Most - 64, Most, true)]
    [InlineData(Most - 63, Most, false)]
    [InlineData(1000, 1063, false)]
    [InlineData(1000, Most + 1, false)]
    [InlineData(0, 1024, false)]
    [InlineData(uint.MaxValue, 63, false)] // largest + 64 passes 2^32
    [InlineData(uint.MaxValue - 63, Most, false)]
    public void LargestAndWindow_HaveTheirRanges(uint largest, uint window, bool fits)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            var session = new Session(role, false, null, default);
            Give(session, Greeting(1 - role, hello => hello with { Largest = largest, Window = window }));
            session.What.ShouldBe(fits ? Violation.None : Violation.BadHello, $"to a {role}");
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 3)]
    public void TheHelloOfALaterVersion_IsTaken_WhateverItAdds(byte lowest, byte highest)
    {
        var hello = Greeting(Role.Leaver, hello => hello with { LowestVersion = lowest, HighestVersion = highest });
        byte[] longer = [.. hello, 1, 2, 3, 4];
        (longer[3], longer[FrameHeader.Size + 7]) = (Hello.Size + 4, 9);
        var session = new Session(Role.Stayer, false, null, default);
        Give(session, longer);
        (session.State, session.What, session.Version).ShouldBe((SessionState.Open, Violation.None, (byte)1));
    }

    [Fact]
    public void ASmallAnnouncement_CountsAsWhatMayBePipelined_ToTheSender()
    {
        var session = new Session(Role.Leaver, true, null, default);
        Give(session, Greeting(Role.Stayer, hello => hello with { Largest = 1, Window = 65 }));
        session.LargestToSend.ShouldBe(960);
        session.Send(new byte[961], default, out _).ShouldBe(SendStatus.TooLarge);
        session.Send(new byte[960], default, out _).ShouldBe(SendStatus.Accepted);
        session.Send(default, default, out _).ShouldBe(SendStatus.Accepted);
        Said(session).ShouldBe([FrameType.Hello, FrameType.Message]);
        session.Tally.ShouldBe(new Tally(0, 1, 1), "the second costs more than is left of 1,024");
    }

    [Theory]
    [InlineData(960, 0, Violation.None)]
    [InlineData(961, 0, Violation.TooLarge)]
    [InlineData(959, 1, Violation.CreditExceeded)]
    public void ASmallAnnouncement_CountsAsWhatMayBePipelined_ToTheReceiver(int first, int more, Violation what)
    {
        var it = new Conversation(SessionLimits.Stayer with { Largest = 1, Window = 65 }).Run();
        it.Feed(Role.Stayer, new byte[] { 2, 0, (byte)(first >> 8), (byte)first }.Concat(new byte[first]).ToArray());
        if (more > 0)
        {
            it.Feed(Role.Stayer, new byte[] { 2, 0, 0, 0 });
        }

        it.Stayer.What.ShouldBe(what);
    }

    public enum Spoken
    {
        Nothing,
        Hello,
        Dismiss,
    }

    [Theory]
    [InlineData(Role.Stayer, Spoken.Nothing, Violation.NoCommonVersion, FrameType.Hello)]
    [InlineData(Role.Stayer, Spoken.Nothing, Violation.EqualRoles, FrameType.Hello)]
    [InlineData(Role.Stayer, Spoken.Nothing, Violation.BadHello, FrameType.Hello, FrameType.Dismiss)]
    [InlineData(Role.Stayer, Spoken.Hello, Violation.NoCommonVersion)]
    [InlineData(Role.Stayer, Spoken.Hello, Violation.EqualRoles)]
    [InlineData(Role.Stayer, Spoken.Hello, Violation.BadHello, FrameType.Dismiss)]
    [InlineData(Role.Stayer, Spoken.Dismiss, Violation.NoCommonVersion)]
    [InlineData(Role.Stayer, Spoken.Dismiss, Violation.EqualRoles)]
    [InlineData(Role.Stayer, Spoken.Dismiss, Violation.BadHello, FrameType.Dismiss)]
    [InlineData(Role.Leaver, Spoken.Nothing, Violation.NoCommonVersion, FrameType.Hello)]
    [InlineData(Role.Leaver, Spoken.Nothing, Violation.EqualRoles, FrameType.Hello)]
    [InlineData(Role.Leaver, Spoken.Nothing, Violation.BadHello, FrameType.Hello, FrameType.Done)]
    [InlineData(Role.Leaver, Spoken.Hello, Violation.NoCommonVersion)]
    [InlineData(Role.Leaver, Spoken.Hello, Violation.BadHello, FrameType.Done)]
    public void AHelloThatIsWrong_IsAnsweredByTheOwnHello_AndABadOneByTheViolation(Role role, Spoken before, Violation what, params FrameType[] expected)
    {
        foreach (var tells in (bool[])[true, false])
        {
            var limits = (role == Role.Stayer ? SessionLimits.Stayer : SessionLimits.Leaver) with { TellViolations = tells };
            var session = new Session(role, before == Spoken.Hello, limits, default);
            if (before == Spoken.Dismiss)
            {
                session.Dismiss(DismissReason.Busy, default);
            }

            Said(session);
            Give(session, Wrong(role, what));
            (session.Cause, session.What, session.State).ShouldBe((Cause.Violation, what, tells ? SessionState.Expelling : SessionState.Ended));
            Said(session).ShouldBe(tells ? expected : []);
            if (tells)
            {
                session.NextDeadline.ShouldBe(TimeSpan.FromMilliseconds(250));
                expected.LastOrDefault().ShouldBe(what == Violation.BadHello ? role == Role.Stayer ? FrameType.Dismiss : FrameType.Done : expected.LastOrDefault());
            }
        }
    }

    [Fact]
    public void ADismissThatWasNotWrittenYet_DoesNotKeepTheHelloBack()
    {
        var session = new Session(Role.Stayer, false, null, default);
        session.Dismiss(DismissReason.Busy, default);
        Give(session, Wrong(Role.Stayer, Violation.EqualRoles));
        Said(session).ShouldBe([FrameType.Hello], "neither Hello nor Dismiss had been written, and the peer cannot name the reason without");
    }

    [Fact]
    public void WithNothingSaid_NoOtherViolationIsTold()
    {
        var session = new Session(Role.Leaver, false, null, default);
        Give(session, new byte[] { 0x0B, 1, 0, 12 });
        session.What.ShouldBe(Violation.BadFlags);
        Said(session).ShouldBeEmpty();
    }

    [Fact]
    public void ALeaverThatIsDismissedBeforeAnything_SaysHelloFirst()
    {
        var session = new Session(Role.Leaver, false, null, default);
        Give(session, Dismiss(0, 10_000));
        Said(session).ShouldBe([FrameType.Hello, FrameType.Done]);
    }

    [Fact]
    public void ALeaverThatDoesNotPipeline_SendsWhatIsQueued_OnceItIsDismissedWithoutHello()
    {
        var session = new Session(Role.Leaver, true, SessionLimits.Leaver with { Pipeline = false }, default);
        session.Send(new byte[1], default, out _);
        Said(session).ShouldBe([FrameType.Hello]);
        Give(session, Dismiss(3, 10_000));
        Said(session).ShouldBe([FrameType.Message, FrameType.Done]);
    }

    [Fact]
    public void WithoutHelloAndWithAGraceOfNothing_TheLeaverWaitsItsOwn()
    {
        var session = new Session(Role.Leaver, true, null, default);
        Give(session, Dismiss(3, 0));
        session.Tick(default);
        Said(session).ShouldBe([FrameType.Hello, FrameType.Done]);
        session.NextDeadline.ShouldBe(TimeSpan.FromSeconds(11));
    }

    private static byte[] Dismiss(byte reason, uint grace)
    {
        var frame = new byte[16];
        (frame[0], frame[3], frame[4]) = ((byte)FrameType.Dismiss, 12, reason);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), grace);
        return frame;
    }

    private static byte[] Wrong(Role receiver, Violation what) => what switch
    {
        Violation.NoCommonVersion => Greeting(1 - receiver, hello => hello with { LowestVersion = 2, HighestVersion = 3 }),
        Violation.EqualRoles => Greeting(receiver, hello => hello),
        _ => Greeting(1 - receiver, hello => hello with { Hard = hello.Grace - 1 }),
    };

    private static byte[] Greeting(Role role, Func<Hello, Hello> change)
    {
        var frame = new byte[FrameHeader.Size + Hello.Size];
        new FrameHeader(FrameType.Hello, 0, Hello.Size).Write(frame);
        change(SessionLimits.Leaver.ToHello(role)).Write(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    private static void Give(Session session, ReadOnlyMemory<byte> input)
    {
        while (session.Read(ref input, default, out _))
        {
        }
    }

    private List<FrameType> Said(Session session)
    {
        var said = new List<FrameType>();
        while (session.HasOutput)
        {
            var count = session.Write(_room, default);
            count.ShouldBeGreaterThan(0);
            session.Sent(count, default);
            for (ReadOnlySpan<byte> frames = _room.AsSpan(0, count); !frames.IsEmpty; frames = frames[(FrameHeader.Size + (frames[2] << 8 | frames[3]))..])
            {
                said.Add((FrameType)frames[0]);
            }
        }

        return said;
    }
}
