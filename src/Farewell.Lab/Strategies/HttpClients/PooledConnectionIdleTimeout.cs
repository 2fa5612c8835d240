using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class PooledConnectionIdleTimeout : HttpClientStrategy
{
    public override About About => new("httpclient-idle-timeout", EndingSide.Client, 32)
    {
        Does = "connections idle in the pool for longer than PooledConnectionIdleTimeout of 1 s",
        Lesson = "The pool closes what it does not use, by a FIN; its limit should be below the server's.",
        Expected = [Outcome.ClientHeld],
        IsSlow = true,
    };

    protected override async Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        var handler = new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1) };
        using var client = new HttpClient(handler);
        await RequestAsync(arena, () => client.GetStringAsync(target, arena.Cancellation));
        await AllAsync(arena, Ended);
    }
}
