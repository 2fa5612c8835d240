using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class HttpClientDisposes : HttpClientStrategy
{
    public override About About => new("httpclient-disposes", EndingSide.Client, 31)
    {
        Does = "one HttpClient makes all requests and is then disposed",
        Lesson = "Dispose closes the pool's connections: a FIN each, and the client keeps the TIME_WAITs.",
        Expected = [Outcome.ClientHeld],
    };

    protected override async Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        using var client = new HttpClient();
        await RequestAsync(arena, () => client.GetStringAsync(target, arena.Cancellation));
    }
}
