using Farewell.Departures;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class FarewellIdleTimeout() : FarewellHttpStrategy(Departure.UnheldFin)
{
    public override About About => new("httpclient-farewell-idle-timeout", EndingSide.Client, 43)
    {
        Does = "connections of a handler with UseFarewell, unheld-fin, idle for longer than 1 s",
        Lesson = "The pool lets go over a pending read, which is ended first: a FIN stays a FIN.",
        Expected = [Outcome.ClientFinThenReset],
        IsSlow = true,
    };

    protected override async Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        var handler = Handler();
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1);
        using var client = new HttpClient(handler);
        await RequestAsync(arena, () => client.GetStringAsync(target, arena.Cancellation));
        await AllAsync(arena, Ended);
    }
}
