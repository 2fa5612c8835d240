using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class KestrelStops : KestrelSessionStrategy
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public override About About => new("session-on-kestrel-stops", EndingSide.Client, 25)
    {
        Does = "the host of a Kestrel endpoint with UseFarewell stops while its sessions are idle",
        Lesson = "A host that stops asks every guest to leave, and its patience is not used up.",
        Expected = [Outcome.ClientHeld],
    };

    protected override async Task RunAsync(Arena arena, LabKestrel kestrel)
    {
        List<(FarewellSession Session, LabConnection Connection)> idle = [];
        while (idle.Count < arena.ConnectionCount)
        {
            idle.Add(await DialAsync(arena));
            await AskAsync(idle[^1].Session);
        }

        await kestrel.StopAsync(Patience);
        await Arena.AllAsync(idle.Select(one => ReportedAsync(one.Session, one.Connection)));
    }
}
