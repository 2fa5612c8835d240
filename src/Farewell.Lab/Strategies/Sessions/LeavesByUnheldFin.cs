using Farewell.Departures;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class LeavesByUnheldFin : SessionStrategy
{
    public override About About => new("session-leaves-unheld-fin", EndingSide.Client, 2)
    {
        Does = "the client says Done, reads Goodbye and departs by a FIN that it does not hold (TCP_LINGER2 = -1)",
        Lesson = "After Goodbye nothing can be lost, so the FIN needs no TIME_WAIT behind it.",
        Expected = [Outcome.ClientFinThenReset],
    };

    protected override Departure Departure => Departure.UnheldFin;
}
