namespace Farewell.Lab.Strategies.Kernel;

internal sealed class TimeWaitProtected : OldSegmentStrategy
{
    public override About About => new("time-wait-protected", EndingSide.Client, 10)
    {
        Does = "the same late acknowledgement, with net.ipv4.tcp_rfc1337=1",
        Lesson = "tcp_rfc1337=1 makes a TIME_WAIT ignore resets; the kernel documents the reverse.",
        Expected = [Outcome.ClientHeld],
        RunsAlone = true,
    };

    protected override bool ResetEndsTimeWait => false;
}
