namespace Farewell.Lab.Strategies.Sessions;

internal sealed class OnKestrel : KestrelSessionStrategy
{
    public override About About => new("session-on-kestrel", EndingSide.Client, 24)
    {
        Does = "the client asks a Kestrel endpoint with UseFarewell, says Done, reads Goodbye and departs by FIN",
        Lesson = "Kestrel closes when its handler returns, so the handler returns once the guest has left.",
        Expected = [Outcome.ClientHeld],
    };
}
