using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>docs/protocol.md sections 6.3, 7 and 8: what is said at the end, with which reason, and what is not said any more.</summary>
public sealed class LastWordsTests
{
    private static readonly SessionLimits Patient = SessionLimits.Stayer with { Ping = default, Idle = default };

    [Fact]
    public void AnIdleLeaver_SaysDoneForThatReason()
    {
        var it = new Conversation(leaver: SessionLimits.Leaver with { Idle = TimeSpan.FromSeconds(60) }).Run().Wait(60);
        it.Said.Single(said => said.EndsWith("Done", StringComparison.Ordinal)).ShouldContain("0c 00 00 10 02 00");
        it.Of(Role.Stayer, SessionEventKind.PeerDone).ShouldHaveSingleItem().Reason.ShouldBe((byte)DoneReason.Idle);
    }

    [Fact]
    public void ALeaverThatWantedToLeaveAndWasThenDismissed_SaysThatItWasDismissed()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Leaver.Leave(it.Now);
        it.Run();
        it.Stayer.Begin(1);
        it.Leaver.State.ShouldBe(SessionState.Leaving);
        it.Stayer.Dismiss(DismissReason.Stop, it.Now);
        it.Run();
        it.Stayer.Answer(1, default, it.Now);
        it.Run();
        it.Of(Role.Stayer, SessionEventKind.PeerDone).ShouldHaveSingleItem().Reason.ShouldBe((byte)DoneReason.Dismissed);
    }

    [Fact]
    public void OfTwoDismissals_TheNewerIsTold()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Feed(Role.Leaver, Dismiss(1, 10_000, 5_000));
        it.Feed(Role.Leaver, Dismiss(4, 10_000, 7_000));
        it.Of(Role.Leaver, SessionEventKind.Dismissed).Select(told => (told.Reason, told.RetryAfter)).ShouldBe(
            [((byte)1, TimeSpan.FromSeconds(5)), ((byte)4, TimeSpan.FromSeconds(7))]);
    }

    [Theory]
    [InlineData(Role.Stayer, "06 02", FrameType.Dismiss)]
    [InlineData(Role.Leaver, "06 02", FrameType.Done)]
    public void AViolation_IsToldWithItsReasonAndItsName(Role role, string expected, FrameType word)
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Feed(role, new byte[] { 0x20, 0, 0, 0 });
        it.Flush(role);
        var told = it.Said.Where(said => said.EndsWith($"{word}", StringComparison.Ordinal)).ShouldHaveSingleItem();
        told.ShouldContain($"{(byte)word:x2} 00 00 {(word == FrameType.Done ? "10" : "0c")} {expected}");
        it.Of(role).NextDeadline.ShouldBe(it.Now + TimeSpan.FromMilliseconds(250));
    }

    [Theory]
    [InlineData(Role.Leaver)]
    [InlineData(Role.Stayer)]
    public void AViolationAfterTheLastWord_IsNotTold_AndResetsAtOnce(Role role)
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Leave(it.Now);
        it.Flush(Role.Leaver);
        if (role == Role.Stayer)
        {
            it.Deliver(Role.Leaver).Flush(Role.Stayer);
            it.Stayer.State.ShouldBe(SessionState.Parting);
        }

        it.Feed(role, new byte[] { 0x20, 0, 0, 0 });
        (it.Of(role).State, it.Of(role).Disposition, it.Of(role).What).ShouldBe((SessionState.Ended, Disposition.Reset, Violation.UnknownType));
    }

    [Fact]
    public void WhatIsNotBegunWhenTheGraceOfFinishingEnds_IsRefused_AndWhatIsBegunIsUnknown()
    {
        var it = new Conversation(Patient, Patient with { Grace = TimeSpan.FromSeconds(1) }).Run();
        it.Leaver.Ask(new byte[1], it.Now, out var begun);
        it.Leaver.Ask(new byte[1], it.Now, out var waiting);
        it.Run();
        it.Stayer.Begin(1);
        it.Leaver.Leave(it.Now);
        it.Wait(1);
        it.Stayer.State.ShouldBe(SessionState.Finishing);
        it.Wait(10);
        it.Of(Role.Leaver, SessionEventKind.Refused).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            told => told.Number.ShouldBe(waiting), told => told.Reason.ShouldBe((byte)RefusedReason.Ending));
        it.Of(Role.Leaver, SessionEventKind.Unknown).ShouldHaveSingleItem().Number.ShouldBe(begun);
        it.Leaver.Cause.ShouldBe(Cause.Released);
    }

    [Fact]
    public void WhatALeaverHasQueuedAtItsRefusalPoint_IsNotSent()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Send(new byte[1], it.Now, out _);
        it.Leaver.Leave(it.Now);
        it.Leaver.Tick(it.Now + Patient.Grace);
        it.Flush(Role.Leaver);
        it.Said[^1].ShouldEndWith("Done");
        it.Said.ShouldNotContain(said => said.EndsWith("Message", StringComparison.Ordinal));
        it.Leaver.Tally.ShouldBe(new Tally(0, 0, 1));
    }

    [Fact]
    public void WhatAStayerHasQueuedAtTheEndOfItsGrace_IsNotSent()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Stayer.Send(new byte[1], it.Now, out _);
        it.Feed(Role.Stayer, Done());
        it.Stayer.Tick(it.Now + Patient.Grace);
        it.Flush(Role.Stayer);
        it.Said[^1].ShouldEndWith("Goodbye");
        it.Said.ShouldNotContain(said => said.EndsWith("Message", StringComparison.Ordinal));
        it.Stayer.Tally.ShouldBe(new Tally(0, 0, 1));
    }

    [Fact]
    public void APingReadJustBeforeDone_IsAnsweredAtOnce()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Feed(Role.Stayer, new byte[] { 3, 0, 0, 0 });
        it.Stayer.Begin(1);
        it.Feed(Role.Stayer, new byte[] { 7, 0, 0, 4, 1, 2, 3, 4 }.Concat(Done()).ToArray());
        it.Flush(Role.Stayer);
        it.Said[^1].ShouldEndWith("Pong");
        it.Stayer.Answer(1, default, it.Now);
        it.Flush(Role.Stayer);
        it.Said[^1].ShouldEndWith("Goodbye");
    }

    [Fact]
    public void AnAskAnsweredBeforeItsCancelWasWritten_IsNotCancelled()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Ask(new byte[1], it.Now, out var ticket);
        it.Run();
        it.Leaver.Cancel(ticket, it.Now).ShouldBeFalse();
        it.Feed(Role.Leaver, new byte[] { 4, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0 });
        it.Leaver.Write(new byte[100], it.Now).ShouldBe(0);
        it.Leaver.HasOutput.ShouldBeFalse();
        it.Of(Role.Leaver, SessionEventKind.Answered).ShouldBeEmpty();
    }

    [Fact]
    public void ACancelOfWhatIsNotBegun_IsRefusedForThatReason()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Ask(new byte[1], it.Now, out var ticket);
        it.Run();
        it.Leaver.Cancel(ticket, it.Now);
        it.Run();
        it.Said[^1].ShouldContain("05 00 00 05 00 00 00 01 04");
    }

    [Fact]
    public void ASessionThatIsOver_CanBeNeitherAbortedNorGivenToAHandler()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Stayer.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Leaver.EndOfStream(it.Now);
        it.Leaver.Begin(1).ShouldBeFalse();
        it.Leaver.Abort(it.Now);
        (it.Leaver.Cause, it.Leaver.Disposition).ShouldBe((Cause.Truncated, Disposition.Close));
    }

    [Fact]
    public void ARefusalForAReasonNotKnown_IsARefusal()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Ask(new byte[1], it.Now, out var ticket);
        it.Run();
        it.Feed(Role.Leaver, new byte[] { 5, 0, 0, 5, 0, 0, 0, 1, 77 });
        it.Of(Role.Leaver, SessionEventKind.Refused).ShouldHaveSingleItem().Number.ShouldBe(ticket);
        it.Leaver.Cause.ShouldBe(Cause.None);
    }

    [Fact]
    public void ANestedAskBeyondTheBound_IsRefusedAsBusy_AlsoAfterTheRefusalPoint()
    {
        var it = new Conversation(Patient with { Nested = 1 }, Patient).Run();
        byte[] nested = [3, (byte)FrameFlags.Nested, 0, 0];
        it.Feed(Role.Stayer, nested);
        it.Stayer.Begin(1);
        it.Stayer.Dismiss(DismissReason.Stop, it.Now);
        it.Stayer.Tick(it.Now + Patient.Grace * 0.75);
        it.Flush(Role.Stayer);
        it.Feed(Role.Stayer, nested);
        it.Flush(Role.Stayer);
        it.Said[^1].ShouldContain("05 00 00 05 00 00 00 02 01");
        it.Stayer.Answer(1, default, it.Now);
        it.Feed(Role.Stayer, nested);
        it.Flush(Role.Stayer);
        it.Said[^1].ShouldContain("05 00 00 05 00 00 00 03 02");
    }

    [Fact]
    public void NestedAsks_AreAtMost256WithoutReply_AndTakenUntilTheRefusalPoint()
    {
        var it = new Conversation(Patient, Patient).Run();
        it.Leaver.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Stayer.Begin(1);
        it.Stayer.Dismiss(DismissReason.Stop, it.Now);
        it.Flush(Role.Stayer).Deliver(Role.Stayer);
        it.Leaver.State.ShouldBe(SessionState.Dismissed);
        for (var i = 0; i < Hello.MaxNested; i++)
        {
            it.Leaver.Ask(default, it.Now, out _, nested: true).ShouldBe(SendStatus.Accepted);
        }

        it.Leaver.Ask(default, it.Now, out _, nested: true).ShouldBe(SendStatus.Full);
        it.Feed(Role.Leaver, new byte[] { 5, 0, 0, 5, 0, 0, 0, 1, 3 });
        it.Flush(Role.Leaver);
        it.Feed(Role.Leaver, new byte[] { 5, 0, 0, 5, 0, 0, 0, 2, 1 });
        it.Leaver.Ask(default, it.Now, out _, nested: true).ShouldBe(SendStatus.Accepted);
        it.Leaver.Tick(it.Now + Patient.Grace * 0.75);
        it.Leaver.Ask(default, it.Now, out _, nested: true).ShouldBe(SendStatus.Ending);
    }

    private static byte[] Done() => [0x0C, 0, 0, 16, .. new byte[16]];

    private static byte[] Dismiss(byte reason, ushort grace, ushort retryAfter) =>
        [0x0B, 0, 0, 12, reason, 0, 0, 0, 0, 0, (byte)(grace >> 8), (byte)grace, 0, 0, (byte)(retryAfter >> 8), (byte)retryAfter];
}
