using Farewell.Departures;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class LeavesByReset : SessionStrategy
{
    public override About About => new("session-leaves-reset", EndingSide.Client, 3)
    {
        Does = "the client says Done, reads Goodbye and departs by a reset",
        Lesson = "A reset after Goodbye loses nothing: the server reports that its guest left.",
        Expected = [Outcome.Aborted],
    };

    protected override Departure Departure => Departure.Reset;
}
