using Farewell.Departures;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class FarewellDisposesByUnheldFin() : FarewellHttpStrategy(Departure.UnheldFin)
{
    public override About About => new("httpclient-farewell-disposes-unheld-fin", EndingSide.Client, 41)
    {
        Does = "an HttpClient with UseFarewell, departure unheld-fin, is disposed after its requests",
        Lesson = "Every request was answered whole: nothing can be lost, and no port is held.",
        Expected = [Outcome.ClientFinThenReset],
    };

    protected override async Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        using var client = new HttpClient(Handler());
        await RequestAsync(arena, () => client.GetStringAsync(target, arena.Cancellation));
    }
}
