namespace Farewell.Lab.Strategies.Sessions;

internal sealed class ThroughHaProxy() : ProxiedSessionStrategy("haproxy")
{
    public override About About => new("session-through-haproxy", EndingSide.Client, 22)
    {
        Does = "the client leaves by FIN through HAProxy (mode tcp), which closes its connection to the server in turn",
        Lesson = "Whoever dialled holds the TIME_WAIT: behind a proxy that is the proxy.",
        Expected = [Outcome.ClientHeld],
    };

    protected override bool ResetsAfterGoodbye => false;
}
