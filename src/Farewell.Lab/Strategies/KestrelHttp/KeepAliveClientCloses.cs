using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal sealed class KeepAliveClientCloses : KestrelHttpStrategy
{
    public override About About => new("kestrel-keep-alive-client-closes", EndingSide.Client, 27)
    {
        Does = "the client closes its persistent connection once it has read the response",
        Lesson = "With keep-alive the client closes first, and the server keeps nothing.",
        Expected = [Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown }],
    };

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(RawHttp.Get());
        await client.ReadMessageAsync();
        client.Close();
    }
}
