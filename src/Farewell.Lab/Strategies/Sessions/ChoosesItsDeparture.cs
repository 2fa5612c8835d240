using Farewell.Departures;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class ChoosesItsDeparture : SessionStrategy
{
    public override About About => new("session-leaves-auto", EndingSide.Client, 4)
    {
        Does = "the client leaves as it chooses: by FIN while a tenth of the ports are not in TIME_WAIT",
        Lesson = "A few TIME_WAITs are free, and a FIN is what every middlebox understands.",
        Expected = [Outcome.ClientHeld],
    };

    protected override Departure Departure => Departure.Auto;
}
