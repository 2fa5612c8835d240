using Farewell.Departures;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class FarewellCancels() : FarewellHttpStrategy(Departure.UnheldFin)
{
    public override About About => new("httpclient-farewell-cancels", EndingSide.Client, 44)
    {
        Does = "requests of a handler with UseFarewell, unheld-fin, are cancelled unanswered",
        Lesson = "A request without a body that was acknowledged may be cut; otherwise it is a FIN.",
        Expected = [Outcome.ClientFinThenReset, Outcome.ClientHeld],
    };

    protected override async Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        using var client = new HttpClient(Handler());
        await CancelAllAsync(arena, client, target, arrived);
    }

    protected override Task ReplyAsync(LabSocket server) => Task.CompletedTask;
}
