using Farewell.Departures;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class FarewellDisposesByReset() : FarewellHttpStrategy(Departure.Reset)
{
    public override About About => new("httpclient-farewell-disposes-reset", EndingSide.Client, 42)
    {
        Does = "an HttpClient with UseFarewell, departure reset, is disposed after its requests",
        Lesson = "No port is held either, and the server has an error to look at.",
        Expected = [Outcome.Aborted],
    };

    protected override async Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        using var client = new HttpClient(Handler());
        await RequestAsync(arena, () => client.GetStringAsync(target, arena.Cancellation));
    }
}
