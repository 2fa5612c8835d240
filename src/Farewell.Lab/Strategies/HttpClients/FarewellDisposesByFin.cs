using Farewell.Departures;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class FarewellDisposesByFin() : FarewellHttpStrategy(Departure.Fin)
{
    public override About About => new("httpclient-farewell-disposes-fin", EndingSide.Client, 40)
    {
        Does = "an HttpClient with UseFarewell, departure fin, is disposed after its requests",
        Lesson = "The same FIN as without, and what the server still sends is read, not reset.",
        Expected = [Outcome.ClientHeld],
    };

    protected override async Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        using var client = new HttpClient(Handler());
        await RequestAsync(arena, () => client.GetStringAsync(target, arena.Cancellation));
    }
}
