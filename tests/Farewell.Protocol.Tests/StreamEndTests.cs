namespace Farewell.Protocol.Tests;

/// <summary>docs/protocol.md section 6.4, where no search comes: a transport that gives up, and a FIN that comes while Goodbye still waits for the transport.</summary>
public sealed class StreamEndTests
{
    [Theory]
    [InlineData(SessionState.Greeting, Cause.Broken, Disposition.Reset)]
    [InlineData(SessionState.Open, Cause.Broken, Disposition.Reset)]
    [InlineData(SessionState.Finishing, Cause.Broken, Disposition.Reset)]
    [InlineData(SessionState.Parting, Cause.Left, Disposition.Reset)]
    [InlineData(SessionState.Expelling, Cause.Violation, Disposition.Reset)]
    [InlineData(SessionState.Ended, Cause.Aborted, Disposition.Reset)]
    public void ATransportThatGivesUp_IsReadByTheState_OfAStayer(SessionState state, Cause cause, Disposition disposition)
    {
        var it = new Conversation();
        switch (state)
        {
            case SessionState.Open:
                it.Run();
                break;
            case SessionState.Finishing or SessionState.Parting:
                it.Run().Leaver.Leave(it.Now);
                it.Flush(Role.Leaver).Deliver(Role.Leaver).Flush(state == SessionState.Parting ? Role.Stayer : Role.Leaver);
                break;
            case SessionState.Expelling:
                it.Run().Feed(Role.Stayer, new byte[] { 0x20, 0, 0, 0 });
                break;
            case SessionState.Ended:
                it.Stayer.Abort(it.Now);
                break;
        }

        it.Stayer.State.ShouldBe(state);
        it.Stayer.ConnectionBroken(it.Now);
        (it.Stayer.Cause, it.Stayer.Disposition).ShouldBe((cause, disposition));
    }

    [Theory]
    [InlineData(SessionState.Open, Cause.Broken, Disposition.Reset)]
    [InlineData(SessionState.Waiting, Cause.Broken, Disposition.Reset)]
    [InlineData(SessionState.Released, Cause.Released, Disposition.Depart)]
    public void ATransportThatGivesUp_IsReadByTheState_OfALeaver(SessionState state, Cause cause, Disposition disposition)
    {
        var it = new Conversation().Run();
        if (state != SessionState.Open)
        {
            it.Leaver.Leave(it.Now);
            it.Flush(Role.Leaver);
        }

        if (state == SessionState.Released)
        {
            it.Run();
        }

        it.Leaver.State.ShouldBe(state);
        it.Leaver.ConnectionBroken(it.Now);
        (it.Leaver.Cause, it.Leaver.Disposition).ShouldBe((cause, disposition));
    }

    [Fact]
    public void AFinThatComesBeforeGoodbyeIsAccepted_ClosesOnlyThen()
    {
        var it = new Conversation().Run();
        it.Leaver.Leave(it.Now);
        it.Flush(Role.Leaver).Deliver(Role.Leaver);
        var count = it.Stayer.Write(new byte[100], it.Now);
        it.Stayer.State.ShouldBe(SessionState.Parting);
        it.Stayer.Sent(count - 1, it.Now);
        it.Stayer.EndOfStream(it.Now);
        it.Stayer.Disposition.ShouldBe(Disposition.Stay, "an octet of Goodbye still waits");
        it.Stayer.Sent(1, it.Now);
        (it.Stayer.Cause, it.Stayer.Disposition).ShouldBe((Cause.Left, Disposition.Close));
    }
}
