namespace Farewell.Lab.Strategies.Sessions;

internal sealed class LeavesByFin : SessionStrategy
{
    public override About About => new("session-leaves-fin", EndingSide.Client, 1)
    {
        Does = "the client asks, says Done, reads Goodbye and departs by FIN",
        Lesson = "The dialler closes first, with nothing unread on either side, and keeps the TIME_WAIT.",
        Expected = [Outcome.ClientHeld],
    };
}
