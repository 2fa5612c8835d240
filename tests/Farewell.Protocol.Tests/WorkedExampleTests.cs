using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>The worked examples of docs/protocol.md, played by the code and compared byte for byte.</summary>
public sealed class WorkedExampleTests
{
    private static readonly SessionLimits Leaver = SessionLimits.Leaver with { Largest = 4096, Window = 65536, Ping = TimeSpan.Zero };
    private static readonly SessionLimits Stayer = SessionLimits.Stayer with { Ping = TimeSpan.Zero };

    [Fact]
    public void Plain()
    {
        var it = new Conversation(Stayer, Leaver);
        it.Leaver.Ask(Conversation.Text("time?"), it.Now, out _);
        it.Flush(Role.Leaver).Deliver(Role.Leaver);
        it.Stayer.Answer(1, Conversation.Text("noon"), it.Now).ShouldBe(ReplyStatus.Accepted);
        it.Stayer.Send(Conversation.Text("news"), it.Now, out _);
        it.Run();
        it.Leaver.Handled(1, it.Now);
        it.Leaver.Leave(it.Now);
        it.Run().Depart();
        it.Stayer.Cause.ShouldBe(Cause.Left);
        it.Leaver.Cause.ShouldBe(Cause.Released);
        it.Stayer.Tally.ShouldBe(new Tally(1, 0, 0));
        Compare("10.1 Plain", it);
    }

    [Fact]
    public void Dismissed()
    {
        var it = new Conversation(Stayer, Leaver);
        it.Leaver.Ask(Conversation.Text("sum?"), it.Now, out _);
        it.Run();
        it.Stayer.Begin(1);
        it.Stayer.Dismiss(DismissReason.Stop, it.Now, retryAfter: TimeSpan.FromSeconds(5));
        it.Run();
        it.Leaver.State.ShouldBe(SessionState.Dismissed);
        it.Wait(1);
        it.Stayer.Answer(1, Conversation.Text("42"), it.Now);
        it.Run().Depart();
        it.Stayer.Cause.ShouldBe(Cause.Left);
        Compare("10.2 Dismissed", it);
    }

    [Fact]
    public void Refused()
    {
        var it = new Conversation(Stayer, Leaver);
        it.Leaver.Ask(Conversation.Text("a"), it.Now, out _);
        it.Leaver.Ask(Conversation.Text("b"), it.Now, out _);
        it.Run();
        it.Stayer.Begin(1);
        it.Stayer.Dismiss(DismissReason.Age, it.Now, grace: TimeSpan.FromSeconds(4));
        it.Run().Wait(3.5);
        it.Stayer.Answer(1, Conversation.Text("A"), it.Now).ShouldBe(ReplyStatus.Accepted);
        it.Run().Depart();
        it.Of(Role.Leaver, SessionEventKind.Refused).ShouldHaveSingleItem().Number.ShouldBe(2u);
        it.Of(Role.Leaver, SessionEventKind.Answered).ShouldHaveSingleItem().Number.ShouldBe(1u);
        Compare("10.3 Refused", it);
    }

    [Fact]
    public void TurnedAway()
    {
        var it = new Conversation(Stayer, Leaver);
        it.Leaver.Send(Conversation.Text("hello?"), it.Now, out _);
        it.Stayer.Dismiss(DismissReason.Busy, it.Now, retryAfter: TimeSpan.FromMilliseconds(750));
        it.Flush(Role.Stayer).Run();
        it.Stayer.Handled(1, it.Now);
        it.Run().Depart();
        it.Leaver.Tally.ShouldBe(new Tally(1, 0, 0));
        Compare("10.4 Turned away", it);
    }

    [Fact]
    public void Violated()
    {
        var it = new Conversation(Stayer, Leaver);
        it.Run();
        it.Say(Role.Leaver, [(byte)FrameType.Goodbye, 0, 0, 4, 0, 0, 0, 0]).Deliver(Role.Leaver);
        it.Flush(Role.Stayer);
        it.Stayer.State.ShouldBe(SessionState.Expelling);
        it.Stayer.NextDeadline.ShouldBe(it.Now + TimeSpan.FromMilliseconds(250));
        it.Deliver(Role.Stayer).Run().Wait(0.25);
        it.Stayer.Disposition.ShouldBe(Disposition.Reset);
        it.Said.Add("    250 ms  stayer  RST");
        it.Leaver.ConnectionReset(it.Now);
        it.Feed(Role.Leaver, default);
        it.Of(Role.Leaver, SessionEventKind.Dismissed).ShouldHaveSingleItem().What.ShouldBe(Violation.UnexpectedFrame);
        Compare("10.5 Violated", it);
    }

    [Fact]
    public void Idle()
    {
        var it = new Conversation(SessionLimits.Stayer with { Idle = TimeSpan.FromSeconds(60) }, Leaver);
        it.Run().Wait(60).Depart();
        it.Stayer.Cause.ShouldBe(Cause.Left);
        Compare("10.6 Idle", it);
    }

    [Fact]
    public void Crossing()
    {
        var it = new Conversation(SessionLimits.Stayer, Leaver);
        it.Leaver.Ask(Conversation.Text("x"), it.Now, out var ask);
        it.Run();
        it.Stayer.Begin(1);
        it.Leaver.Cancel(ask, it.Now).ShouldBeFalse();
        it.Leaver.Leave(it.Now);
        it.Flush(Role.Leaver);
        it.Stayer.Send(Conversation.Text("late"), it.Now, out _);
        it.Stayer.Ask(Conversation.Text("y"), it.Now, out _);
        it.Stayer.Dismiss(DismissReason.Stop, it.Now);
        it.Flush(Role.Stayer).Deliver(Role.Stayer).Deliver(Role.Leaver);
        it.Stayer.Answer(1, Conversation.Text("X"), it.Now).ShouldBe(ReplyStatus.Accepted);
        it.Run().Depart();
        it.Of(Role.Stayer, SessionEventKind.Refused).ShouldHaveSingleItem("an ask that crossed Done was never begun");
        it.Of(Role.Leaver, SessionEventKind.Message).ShouldHaveSingleItem();
        it.Of(Role.Leaver, SessionEventKind.Answered).ShouldBeEmpty("its ask was cancelled");
        it.Stayer.Tally.ShouldBe(new Tally(0, 1, 0));
        Compare("10.7 Crossing", it);
    }

    private static void Compare(string heading, Conversation it)
    {
        if (Environment.GetEnvironmentVariable("FAREWELL_PRINT_EXAMPLES") is { } folder)
        {
            File.WriteAllLines(Path.Combine(folder, heading + ".txt"), it.Said);
            return;
        }

        string.Join('\n', it.Said).ShouldBe(string.Join('\n', Document.Block(heading)), $"docs/protocol.md {heading}");
    }
}
