using Farewell.AspNetCore;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class TakenAtItsWord : ConnectionClose
{
    public override About About => new("kestrel-connection-close-farewell", EndingSide.Client, 25)
    {
        Does = "UseFarewell: the client asks with Connection: close, and leaves once it has read the response",
        Lesson = "Told to leave, the client closes first, and the server keeps nothing.",
        Expected = [Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown }, Outcome.ClientFinThenReset with { PeerSaw = PeerSaw.Unknown }],
    };

    protected override FarewellHttpOptions Farewell => new();

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(RawHttp.Get("Connection: close"));
        await client.ReadMessageAsync();
        client.Close();
    }
}
