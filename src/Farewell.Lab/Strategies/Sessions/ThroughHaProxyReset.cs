namespace Farewell.Lab.Strategies.Sessions;

internal sealed class ThroughHaProxyReset() : ProxiedSessionStrategy("haproxy")
{
    public override About About => new("session-through-haproxy-reset", EndingSide.Client, 23)
    {
        Does = "the same through HAProxy (mode tcp), and the server answers the FIN after its Goodbye with a reset (ResetAfterGoodbye)",
        Lesson = "One option of the server, and no proxy in front of it holds a TIME_WAIT.",
        Expected = [Outcome.ClientFinThenReset],
    };

    protected override bool ResetsAfterGoodbye => true;
}
