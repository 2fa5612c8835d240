namespace Farewell.Lab.Strategies.Sessions;

internal sealed class ThroughNginx() : ProxiedSessionStrategy("nginx")
{
    public override About About => new("session-through-nginx", EndingSide.Client, 20)
    {
        Does = "the client leaves by FIN through nginx (stream), which closes its connection to the server in turn",
        Lesson = "A proxy dials every server, so the TIME_WAITs of all clients meet on its ports.",
        Expected = [Outcome.ClientHeld],
    };

    protected override bool ResetsAfterGoodbye => false;
}
