using Farewell.Lab.Running;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal sealed class HttpClientAsksToClose : Strategy
{
    public override StrategyGroup Group => StrategyGroup.KestrelHttp;

    public override About About => new("kestrel-connection-close-httpclient", EndingSide.Server, 25)
    {
        Does = "HttpClient asks with ConnectionClose = true, and both sides close after the reply",
        Lesson = "Both sides take Connection: close for their own duty: a race for the TIME_WAIT.",
        Expected =
        [
            Outcome.ServerHeld with { PeerSaw = PeerSaw.Unknown },
            Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown },
            new(ClosedFirst.Both, How.Orderly, TimeWaitHolder.Both, PeerSaw.Unknown),
        ],
    };

    public override async Task RunAsync(Arena arena)
    {
        arena.Keep(await LabKestrel.StartHttpAsync(arena, static _ => { }, static async context =>
        {
            context.Response.ContentLength = LabSocket.Reply.Length;
            await context.Response.Body.WriteAsync(LabSocket.Reply, context.RequestAborted);
        }));
        using var client = new HttpClient { BaseAddress = new Uri($"http://{arena.Network.ServerAddress}:{arena.Port}/") };
        client.DefaultRequestHeaders.ConnectionClose = true;
        await Task.WhenAll(Enumerable.Range(0, arena.ConnectionCount).Select(_ => client.GetStringAsync("", arena.Cancellation)));
    }
}
