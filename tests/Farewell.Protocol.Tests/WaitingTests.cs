using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>docs/protocol.md section 7: from when each clock runs, and which of two announced times counts.</summary>
public sealed class WaitingTests
{
    private static readonly SessionLimits Patient = SessionLimits.Stayer with { Ping = default, Idle = default };
    private static readonly byte[] Announced = Greeting(10, 30);

    private readonly byte[] _room = new byte[4096];

    [Fact]
    public void ALeaver_CountsTheLongestRoundTrip_ThatOfTheHellosToo()
    {
        var session = new Session(Role.Leaver, true, SessionLimits.Leaver, default);
        Write(session, default);
        Read(session, S(3), Announced);
        session.Tick(S(48));
        Write(session, S(48)).ShouldStartWith("07");
        Read(session, S(49), [8, 0, 0, 8, .. _room[4..8], 0, 0, 0, 0]);
        session.RoundTrip.ShouldBe(S(3));
        session.Leave(S(50));
        Write(session, S(50)).ShouldStartWith("0C");
        session.NextDeadline.ShouldBe(S(50 + 10 + 6));
    }

    [Fact]
    public void AHelloThatWasReadFirst_MeasuresNothing()
    {
        var session = new Session(Role.Leaver, false, SessionLimits.Leaver, default);
        Read(session, S(3), Announced);
        Write(session, S(5));
        session.RoundTrip.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(2, 10)]
    [InlineData(20, 20)]
    [InlineData(40, 40)]
    public void ALeaverInWaiting_CountsTheLargerOfTheGracesOfHelloAndDismiss(byte dismiss, int expected)
    {
        var session = new Session(Role.Leaver, true, Patient, default);
        Write(session, default);
        Read(session, default, Announced);
        var grace = dismiss * 1000;
        Read(session, default, [0x0B, 0, 0, 12, 1, 0, 0, 0, 0, 0, (byte)(grace >> 8), (byte)grace, 0, 0, 0, 0]);
        Write(session, default).ShouldStartWith("0C");
        session.NextDeadline.ShouldBe(S(expected + 1));
    }

    [Fact]
    public void ALeaverThatIsGivenMoreThanItsHardLimit_WaitsThatLongForItsAnswers()
    {
        var session = new Session(Role.Leaver, true, Patient, default);
        session.Ask(new byte[1], default, out _);
        Write(session, default);
        Read(session, default, Announced);
        session.Leave(default, S(60));
        session.NextDeadline.ShouldBe(S(60));
        session.Tick(S(60));
        Write(session, S(60)).ShouldStartWith("0C");
    }

    [Theory]
    [InlineData(25, 5, 15)] // from the Dismiss 25 s, from Done those of Hello: 5 + 10
    [InlineData(10, 5, 10)]
    [InlineData(10, 9, 10)]
    public void ADismissThatCrossedDone_EndsWithTheEarlierGrace(int grace, int doneAt, int goodbyeAt)
    {
        var session = Crossed(grace, doneAt);
        session.NextDeadline.ShouldBe(S(goodbyeAt));
        session.Tick(S(goodbyeAt));
        Write(session, S(goodbyeAt)).ShouldStartWith("0D");
    }

    [Fact]
    public void ADismissThatWasHeard_EndsWithItsOwnGrace()
    {
        var session = Crossed(25, 5, reason: 1);
        session.NextDeadline.ShouldBe(S(25));
    }

    [Theory]
    [InlineData(4, 3, new[] { 3.5, 7 }, new[] { 7.5, 11 })] // by the Dismiss's 4 s after each write
    [InlineData(60, 5, new double[] { 14, 23, 32 }, new double[] { 24, 33, 35 })] // by Hello's 10 s, to its 30 s from Done
    public void ADismissThatCrossedDone_IsExtendedByTheShorterGrace_ToTheEarlierHardLimit(int grace, int doneAt, double[] writtenAt, double[] dueAt)
    {
        var session = Crossed(grace, doneAt);
        session.Answer(1, new byte[200_000], S(doneAt));
        foreach (var (written, due) in writtenAt.Zip(dueAt))
        {
            session.Sent(session.Write(_room.AsSpan(0, 100), S(written)), S(written));
            session.Tick(session.Due(Deadline.Grace));
            session.Due(Deadline.Grace).ShouldBe(S(due));
        }
    }

    [Fact]
    public void AHardLimitBeyondTheAnnounced_IsCutToIt()
    {
        var session = new Session(Role.Stayer, false, Patient, default);
        Read(session, default, Greeting(10, 30, role: 1));
        Read(session, default, [3, 0, 0, 0]);
        session.Begin(1);
        Write(session, default);
        session.Dismiss(DismissReason.Stop, default, hard: S(3600));
        Write(session, default);
        Read(session, S(1), [0x0C, 0, 0, 16, 1, .. new byte[15]]);
        session.Answer(1, new byte[200_000], S(1));
        var now = S(1);
        for (; session.Disposition == Disposition.Stay; now += S(1))
        {
            now.ShouldBeLessThan(S(300));
            session.Sent(session.Write(_room.AsSpan(0, 100), now), now);
            session.Tick(now);
        }

        (session.Cause, now).ShouldBe((Cause.Overdue, S(34)));
    }

    [Fact]
    public void Idle_RunsFromTheOpening_AndFromAnAnswerRead()
    {
        var limits = SessionLimits.Stayer with { Ping = default };
        var session = new Session(Role.Stayer, false, limits, default);
        Read(session, S(5), Greeting(10, 30, role: 1));
        Write(session, S(5));
        session.NextDeadline.ShouldBe(S(305));
        session.Ask(default, S(10), out _);
        Write(session, S(10));
        session.NextDeadline.ShouldBe(S(310));
        Read(session, S(20), [4, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0]);
        session.NextDeadline.ShouldBe(S(320));
    }

    [Fact]
    public void AnIdleLeaver_WaitsItsGraceForTheAnswerItIsOwed()
    {
        var session = new Session(Role.Leaver, true, Patient with { Idle = S(60) }, default);
        session.Ask(default, default, out _);
        Write(session, default);
        Read(session, default, Announced);
        session.Tick(S(60));
        (session.State, session.NextDeadline).ShouldBe((SessionState.Leaving, S(70)));
    }

    [Fact]
    public void Idle_StopsUntilTheReplyIsWritten()
    {
        var session = new Session(Role.Stayer, false, SessionLimits.Stayer with { Ping = default }, default);
        Read(session, default, Greeting(10, 30, role: 1));
        Read(session, default, [3, 0, 0, 0]);
        Write(session, default);
        session.Refuse(1, RefusedReason.Declined, S(301)).ShouldBe(ReplyStatus.Accepted);
        session.Tick(S(301));
        session.State.ShouldBe(SessionState.Open);
        Write(session, S(302));
        session.NextDeadline.ShouldBe(S(602));
    }

    [Fact]
    public void PausedReading_BeginsIdleAndPingAnew_WhenItEnds()
    {
        var session = new Session(Role.Stayer, false, null, default);
        Read(session, default, Greeting(10, 30, role: 1));
        Write(session, default);
        session.PauseReading();
        session.NextDeadline.ShouldBe(TimeSpan.MaxValue);
        session.ResumeReading(S(600));
        session.NextDeadline.ShouldBe(S(645));
    }

    [Fact]
    public void AnOwnAskFromAHandlerThatIsOldAlready_BeginsPingAnew()
    {
        var session = new Session(Role.Stayer, false, Patient with { Ping = S(45) }, default);
        Read(session, default, Greeting(10, 30, role: 1));
        Read(session, default, [3, 0, 0, 0]);
        Write(session, default);
        session.Begin(1);
        session.Ask(default, S(600), out _, nested: true);
        Write(session, S(600)).ShouldStartWith("0302");
        session.NextDeadline.ShouldBe(S(645));
    }

    [Fact]
    public void AnAnswerThatGoesInParts_BeginsPingAndPongAnew_WithItsFirst()
    {
        var session = new Session(Role.Stayer, false, Patient with { Ping = S(45) }, default);
        Read(session, default, Greeting(10, 30, role: 1));
        Write(session, default);
        session.Tick(S(45));
        Write(session, S(45)).ShouldStartWith("07");
        Read(session, S(46), [3, 0, 0, 0]);
        session.Begin(1);
        session.NextDeadline.ShouldBe(TimeSpan.MaxValue, "pong stands still while a reply is owed");
        session.Answer(1, new byte[100_000], S(600));
        session.Sent(session.Write(_room, S(600)), S(600));
        session.Tick(S(600));
        session.Cause.ShouldBe(Cause.None);
        session.NextDeadline.ShouldBe(S(620), "the Pong has its 20 s from then");
    }

    /// <summary>A stayer that dismissed at 0 and has an ask in hand, begun; Done comes, with another reason if the two crossed.</summary>
    private Session Crossed(int grace, int doneAt, byte reason = 0)
    {
        var session = new Session(Role.Stayer, false, Patient, default);
        Read(session, default, Greeting(10, 30, role: 1));
        Read(session, default, [3, 0, 0, 0]);
        session.Begin(1);
        Write(session, default);
        session.Dismiss(DismissReason.Stop, default, S(grace));
        Write(session, default);
        Read(session, S(doneAt), [0x0C, 0, 0, 16, reason, .. new byte[15]]);
        session.State.ShouldBe(SessionState.Finishing);
        return session;
    }

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    private static byte[] Greeting(int grace, int hard, byte role = 0)
    {
        var frame = new byte[32];
        new FrameHeader(FrameType.Hello, 0, 28).Write(frame);
        (SessionLimits.Stayer with { Idle = default, Grace = S(grace), Hard = S(hard) }).ToHello((Role)role).Write(frame.AsSpan(4));
        return frame;
    }

    private static void Read(Session session, TimeSpan now, byte[] bytes)
    {
        ReadOnlyMemory<byte> input = bytes;
        while (session.Read(ref input, now, out _))
        {
        }
    }

    private string Write(Session session, TimeSpan now)
    {
        var count = session.Write(_room, now);
        session.Sent(count, now);
        return Convert.ToHexString(_room.AsSpan(0, count));
    }
}
