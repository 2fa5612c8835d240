using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class HttpClientPerRequest : HttpClientStrategy
{
    public override About About => new("httpclient-per-request", EndingSide.Client, 31)
    {
        Does = "each request is made by a new HttpClient in a using statement",
        Lesson = "One TIME_WAIT at the client per request: 28,232 in a minute and its ports are gone.",
        Expected = [Outcome.ClientHeld],
    };

    protected override Task CallAsync(Arena arena, Uri target, Task arrived) => RequestAsync(arena, async () =>
    {
        using var client = new HttpClient();
        await client.GetStringAsync(target, arena.Cancellation);
    });
}
