namespace Farewell.Lab.Strategies.Sessions;

internal sealed class ThroughNginxReset() : ProxiedSessionStrategy("nginx")
{
    public override About About => new("session-through-nginx-reset", EndingSide.Client, 21)
    {
        Does = "the same through nginx (stream), and the server answers the FIN after its Goodbye with a reset (ResetAfterGoodbye)",
        Lesson = "All was read before Goodbye: the reset loses nothing, and frees the proxy's port.",
        Why = "The design calls it afterGoodbye: reset. The leaver has read Goodbye before its FIN, and everything it sent was read before Goodbye was said.",
        Expected = [Outcome.ClientFinThenReset],
    };

    protected override bool ResetsAfterGoodbye => true;
}
