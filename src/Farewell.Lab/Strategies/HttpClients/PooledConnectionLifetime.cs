using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class PooledConnectionLifetime : HttpClientStrategy
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMilliseconds(20);

    public override About About => new("httpclient-lifetime", EndingSide.Client, 32)
    {
        Does = "connections come back to the pool when they are older than PooledConnectionLifetime",
        Lesson = "A lifetime is one more TIME_WAIT at the client each time it expires: choose minutes.",
        Expected = [Outcome.ClientHeld],
    };

    protected override async Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = Lifetime };
        using var client = new HttpClient(handler);
        await RequestAsync(arena, () => client.GetStringAsync(target, arena.Cancellation));
        await AllAsync(arena, Ended);
    }

    protected override async Task ReplyAsync(LabSocket server)
    {
        // It is looked at when a connection comes back to the pool, so the reply has to take longer.
        await Task.Delay(5 * Lifetime, server.Cancellation);
        await base.ReplyAsync(server);
    }
}
