using System.Text;
using Farewell.Protocol.Manners;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

public sealed class MannerTests
{
    private readonly byte[] _room = new byte[256];

    [Fact]
    public void ALineProtocol_BuiltByAUser_GoesThroughTheThreeSteps()
    {
        var (server, client) = (new MannerSession(Role.Stayer, new LineManner(), null, default), new MannerSession(Role.Leaver, new LineManner(), null, default));
        client.Hear("220 ready\r\n"u8, default);
        server.Hear("NOOP\r\nQU"u8, default);
        server.State.ShouldBe(SessionState.Open);
        client.Finish(default);
        Word(client).ShouldBe("QUIT\r\n");
        client.State.ShouldBe(SessionState.Waiting);
        server.Hear("IT\r\n"u8, default);
        server.State.ShouldBe(SessionState.Finishing);
        Word(server).ShouldBe("", "its handler may still be writing");
        server.Finish(default);
        Word(server).ShouldBe("221 bye\r\n");
        client.Hear("250 ok\r\n22"u8, default);
        client.Hear("1 bye\r\n"u8, default);
        (client.Cause, client.Disposition).ShouldBe((Cause.Released, Disposition.Depart));
        server.EndOfStream(default);
        (server.Cause, server.Disposition).ShouldBe((Cause.Left, Disposition.Close));
    }

    [Fact]
    public void ALineProtocol_ThatIsDismissed_AsksToLeaveWithItsOwnWord()
    {
        var (server, client) = (new MannerSession(Role.Stayer, new LineManner(), null, default), new MannerSession(Role.Leaver, new LineManner(), null, default));
        server.Dismiss(DismissReason.Stop, default);
        client.Hear(Encoding.ASCII.GetBytes(Word(server)), default);
        client.State.ShouldBe(SessionState.Dismissed);
        client.IsEnding.ShouldBeTrue();
        client.Finish(default);
        server.Hear(Encoding.ASCII.GetBytes(Word(client)), default);
        server.Finish(default);
        client.Hear(Encoding.ASCII.GetBytes(Word(server)), default);
        client.Disposition.ShouldBe(Disposition.Depart);
    }

    [Fact]
    public void ALineProtocol_CutBeforeItsLastWord_IsTruncated()
    {
        var client = new MannerSession(Role.Leaver, new LineManner(), null, default);
        client.Finish(default);
        Word(client);
        client.EndOfStream(default);
        client.Cause.ShouldBe(Cause.Truncated);
    }

    [Fact]
    public void ABareStream_WaitsForTheFin_ThenResets()
    {
        var server = new MannerSession(Role.Stayer, new WordlessManner(), null, default);
        server.Finish(default);
        Word(server).ShouldBe("");
        server.State.ShouldBe(SessionState.Dismissing);
        RunOut(server);
        (server.Cause, server.Disposition).ShouldBe((Cause.GraceExpired, Disposition.Reset));
    }

    [Fact]
    public void ABareStream_WhoseLeaverEnds_IsClosed()
    {
        var server = new MannerSession(Role.Stayer, new WordlessManner(), null, default);
        server.Hear("anything"u8, default);
        server.EndOfStream(default);
        server.Finish(default);
        Word(server);
        (server.Cause, server.Disposition).ShouldBe((Cause.Left, Disposition.Close));

        var client = new MannerSession(Role.Leaver, new WordlessManner(), null, default);
        client.Finish(default);
        Word(client);
        client.Disposition.ShouldBe(Disposition.Depart);
    }

    [Fact]
    public void FarewellsOwnManner_HearsItsWordsInAnyPieces()
    {
        var stayer = new MannerSession(Role.Stayer, new FarewellManner(TimeSpan.FromSeconds(10)), null, default);
        var leaver = new FarewellManner(TimeSpan.FromSeconds(10));
        byte[] bytes = [2, 0, 0, 3, 0x0C, 0x0C, 0x0C, .. _room[..leaver.Say(ClosingStep.Done, 0, _room)]];
        foreach (var (at, value) in bytes.Index())
        {
            stayer.State.ShouldBe(at < bytes.Length ? SessionState.Open : SessionState.Finishing);
            stayer.Hear([value], default);
        }

        stayer.State.ShouldBe(SessionState.Finishing, "heard with its last byte");
    }

    [Theory]
    [InlineData(Role.Leaver)]
    [InlineData(Role.Stayer)]
    public void AHandlerThatHasNotFinishedInTime_IsReset_AndNoWordIsSaidInItsMidst(Role role)
    {
        var session = new MannerSession(role, new LineManner(), null, default);
        if (role == Role.Leaver)
        {
            session.Leave(default);
        }
        else
        {
            session.Hear("QUIT\r\n"u8, default);
        }

        for (var deadlines = 0; session.Disposition == Disposition.Stay; deadlines++)
        {
            deadlines.ShouldBeLessThan(100);
            session.HasOutput.ShouldBeFalse();
            session.Tick(session.NextDeadline);
        }

        (session.Cause, session.Disposition).ShouldBe((Cause.GraceExpired, Disposition.Reset));
    }

    [Fact]
    public void ABareStreamsLeaver_DepartsOnlyOnceEverythingIsSent_AndByFin()
    {
        var client = new MannerSession(Role.Leaver, new WordlessManner(), null, default);
        client.Wrote(1000, default);
        client.Finish(default);
        client.Write(_room, default);
        client.Disposition.ShouldBe(Disposition.Stay);
        client.Sent(1000, default);
        (client.Disposition, client.DepartsByFin).ShouldBe((Disposition.Depart, true));
    }

    [Fact]
    public void ATransportThatTakesNothing_IsGivenUp()
    {
        var server = new MannerSession(Role.Stayer, new LineManner(), null, default);
        server.Wrote(1000, default);
        server.Sent(999, TimeSpan.FromSeconds(7));
        server.NextDeadline.ShouldBe(TimeSpan.FromSeconds(27));
        RunOut(server);
        (server.Cause, server.Disposition).ShouldBe((Cause.Stalled, Disposition.Reset));
    }

    [Fact]
    public void ALineProtocolsIdlePeer_IsDismissed_ThenReset()
    {
        var server = new MannerSession(Role.Stayer, new LineManner(), null, default);
        server.Hear("NOOP\r\n"u8, TimeSpan.FromSeconds(100));
        server.NextDeadline.ShouldBe(TimeSpan.FromSeconds(400));
        server.Tick(server.NextDeadline);
        Word(server).ShouldBe("421 closing\r\n");
        RunOut(server);
        server.Cause.ShouldBe(Cause.GraceExpired);
    }

    [Fact]
    public void AGoodbyeThatTheTransportTakesByTheOctet_DoesNotOutlastTheHardLimit()
    {
        var server = new MannerSession(Role.Stayer, new LineManner(), null, default);
        server.Wrote(1_000_000, default);
        server.Hear("QUIT\r\n"u8, default);
        server.Finish(default);
        server.Write(_room, default);
        var now = TimeSpan.Zero;
        for (; server.Disposition == Disposition.Stay; now += TimeSpan.FromSeconds(1))
        {
            now.ShouldBeLessThan(TimeSpan.FromMinutes(5));
            server.Sent(1, now);
            server.Tick(now);
        }

        (server.Cause, now).ShouldBe((Cause.Overdue, TimeSpan.FromSeconds(34)));
    }

    [Fact]
    public void ALeaverThatIsLeaving_StillHearsThatItIsDismissed_AndNoGoodbyeBeforeItsDone()
    {
        var client = new MannerSession(Role.Leaver, new LineManner(), null, default);
        client.Hear("221 bye\r\n"u8, default);
        client.State.ShouldBe(SessionState.Open);
        client.Leave(default);
        client.Hear("421 closing\r\n"u8, default);
        client.State.ShouldBe(SessionState.Dismissed);
    }

    [Fact]
    public void ALeaverInWaiting_WaitsForAsLongAsBytesCome_ToItsHardLimit()
    {
        var client = new MannerSession(Role.Leaver, new LineManner(), null, default);
        client.Finish(default);
        Word(client);
        client.NextDeadline.ShouldBe(TimeSpan.FromSeconds(10 + 1));
        client.Hear("250 ok\r\n"u8, TimeSpan.FromSeconds(5));
        client.NextDeadline.ShouldBe(TimeSpan.FromSeconds(15 + 1));
        client.Hear("250 ok\r\n"u8, TimeSpan.FromSeconds(25));
        client.NextDeadline.ShouldBe(TimeSpan.FromSeconds(30 + 1));
        RunOut(client);
        (client.Cause, client.Disposition).ShouldBe((Cause.GoodbyeOverdue, Disposition.Reset));
    }

    [Fact]
    public void Idle_RunsFromTheLastByteEitherWay_AndNotWhileReadingIsPaused()
    {
        var server = new MannerSession(Role.Stayer, new LineManner(), null, default);
        server.Wrote(1, TimeSpan.FromSeconds(100));
        server.Sent(1, TimeSpan.FromSeconds(100));
        server.NextDeadline.ShouldBe(TimeSpan.FromSeconds(400));
        server.PauseReading();
        server.NextDeadline.ShouldBe(TimeSpan.MaxValue);
        server.ResumeReading(TimeSpan.FromSeconds(700));
        server.NextDeadline.ShouldBe(TimeSpan.FromSeconds(1000));

        var client = new MannerSession(Role.Leaver, new LineManner(), SessionLimits.Leaver with { Idle = TimeSpan.FromSeconds(60) }, default);
        client.Tick(TimeSpan.FromSeconds(60));
        client.State.ShouldBe(SessionState.Leaving);
    }

    [Theory]
    [InlineData(Role.Stayer, true, "", false, Cause.Probe, Disposition.Close)]
    [InlineData(Role.Stayer, true, "", true, Cause.Probe, Disposition.Gone)]
    [InlineData(Role.Stayer, true, "NOOP\r\n", false, Cause.Truncated, Disposition.Close)]
    [InlineData(Role.Stayer, true, "NOOP\r\n", true, Cause.PeerReset, Disposition.Gone)]
    [InlineData(Role.Leaver, true, "", false, Cause.Truncated, Disposition.Close)]
    [InlineData(Role.Leaver, true, "", true, Cause.PeerReset, Disposition.Gone)]
    [InlineData(Role.Stayer, false, "", false, Cause.None, Disposition.Stay)] // its FIN is its Done
    [InlineData(Role.Stayer, false, "", true, Cause.Probe, Disposition.Gone)]
    public void TheEndOfTheStream_IsReadByWhatCameBefore(Role role, bool hasWords, string before, bool reset, Cause cause, Disposition disposition)
    {
        var session = new MannerSession(role, hasWords ? new LineManner() : new WordlessManner(), null, default);
        session.Hear(Encoding.ASCII.GetBytes(before), default);
        if (reset)
        {
            session.ConnectionReset();
        }
        else
        {
            session.EndOfStream(default);
        }

        (session.Cause, session.Disposition).ShouldBe((cause, disposition));
    }

    [Fact]
    public void ABareStream_WhoseStayerWantsAnEnd_IsClosedAtTheFin()
    {
        var server = new MannerSession(Role.Stayer, new WordlessManner(), null, default);
        server.Finish(default);
        Word(server);
        server.State.ShouldBe(SessionState.Dismissing);
        server.EndOfStream(default);
        Word(server);
        (server.Cause, server.Disposition).ShouldBe((Cause.Left, Disposition.Close));
    }

    [Fact]
    public void ADismissThatCrossedDone_IsNotSaid()
    {
        var server = new MannerSession(Role.Stayer, new LineManner(), null, default);
        server.Dismiss(DismissReason.Stop, default);
        server.Hear("QUIT\r\n"u8, default);
        server.HasOutput.ShouldBeFalse();
        server.Finish(default);
        Word(server).ShouldBe("221 bye\r\n");
    }

    [Fact]
    public void WhatTheHandlerStillWrites_ExtendsTheGrace()
    {
        var server = new MannerSession(Role.Stayer, new LineManner(), null, default);
        server.Hear("QUIT\r\n"u8, default);
        server.Wrote(1, TimeSpan.FromSeconds(8));
        server.Sent(1, TimeSpan.FromSeconds(8));
        server.Tick(TimeSpan.FromSeconds(10));
        (server.State, server.NextDeadline).ShouldBe((SessionState.Finishing, TimeSpan.FromSeconds(18)));
    }

    [Fact]
    public void AnAbort_AndATransportThatGivesUp_AreResets()
    {
        var (aborted, broken, parting) = (new MannerSession(Role.Stayer, new LineManner(), null, default), new MannerSession(Role.Stayer, new LineManner(), null, default),
            new MannerSession(Role.Stayer, new LineManner(), null, default));
        aborted.Abort();
        (aborted.Cause, aborted.Disposition).ShouldBe((Cause.Aborted, Disposition.Reset));
        broken.ConnectionBroken();
        (broken.Cause, broken.Disposition).ShouldBe((Cause.Broken, Disposition.Reset));
        parting.Hear("QUIT\r\n"u8, default);
        parting.Finish(default);
        Word(parting);
        parting.ConnectionBroken();
        (parting.Cause, parting.Disposition).ShouldBe((Cause.Left, Disposition.Reset));
    }

    [Theory]
    [InlineData(ClosingStep.Dismiss, "0b00000c 01000000 00002710 ffffffff")]
    [InlineData(ClosingStep.Done, "0c000010 00000000 00000000 00000000 00000000")]
    [InlineData(ClosingStep.Goodbye, "0d000004 00000000")]
    public void FarewellsOwnManner_SaysItsWords(ClosingStep step, string expected) =>
        Convert.ToHexStringLower(_room.AsSpan(0, new FarewellManner(TimeSpan.FromSeconds(10)).Say(step, DismissReason.Stop, _room)))
            .ShouldBe(expected.Replace(" ", "", StringComparison.Ordinal));

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void AnyTimeGiven_IsCutToWhatCanBe(long ticks)
    {
        var (now, given) = (TimeSpan.FromDays(1000), TimeSpan.FromTicks(ticks));
        var server = new MannerSession(Role.Stayer, new LineManner(), null, now);
        server.Dismiss(DismissReason.Stop, now, given, given);
        server.NextDeadline.ShouldBeGreaterThan(now);
        var client = new MannerSession(Role.Leaver, new LineManner(), null, now);
        client.Leave(now, given);
        client.NextDeadline.ShouldBeGreaterThan(now);
    }

    private static void RunOut(MannerSession session)
    {
        for (var deadlines = 0; session.Disposition == Disposition.Stay; deadlines++)
        {
            deadlines.ShouldBeLessThan(100);
            session.NextDeadline.ShouldBeLessThan(TimeSpan.MaxValue);
            session.Tick(session.NextDeadline);
        }
    }

    private string Word(MannerSession session)
    {
        var count = session.Write(_room, default);
        session.Sent(count, default);
        return Encoding.ASCII.GetString(_room.AsSpan(0, count));
    }

    /// <summary>What a user writes for a protocol like SMTP's: nothing internal is needed.</summary>
    private sealed class LineManner : IClosingManner
    {
        private readonly StringBuilder _line = new();

        public bool HasWords => true;

        public int Say(ClosingStep step, DismissReason reason, Span<byte> destination) => Encoding.ASCII.GetBytes(step switch
        {
            ClosingStep.Dismiss => "421 closing\r\n",
            ClosingStep.Done => "QUIT\r\n",
            _ => "221 bye\r\n",
        }, destination);

        public ClosingStep Hear(ref ReadOnlySpan<byte> received)
        {
            while (!received.IsEmpty)
            {
                var letter = (char)received[0];
                received = received[1..];
                _line.Append(letter);
                if (letter == '\n')
                {
                    var line = _line.ToString();
                    _line.Clear();
                    if (Step(line) is var step and not ClosingStep.None)
                    {
                        return step;
                    }
                }
            }

            return ClosingStep.None;
        }

        private static ClosingStep Step(string line) => line[..Math.Min(4, line.Length)] switch
        {
            "421 " => ClosingStep.Dismiss,
            "QUIT" => ClosingStep.Done,
            "221 " => ClosingStep.Goodbye,
            _ => ClosingStep.None,
        };
    }
}
