using System.Net.Security;
using Farewell.AspNetCore;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class ToldByCloseNotify : HttpsConnectionClose
{
    public override About About => new("kestrel-https-connection-close-farewell", EndingSide.Client, 38)
    {
        Does = "UseFarewell: in TLS 1.3 the client asks with Connection: close, reads to the end of TLS, and leaves",
        Lesson = "The close_notify behind the response tells the client, which closes first.",
        Expected = [Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown }, Outcome.ClientFinThenReset with { PeerSaw = PeerSaw.Unknown }],
    };

    protected override FarewellHttpOptions Farewell => new();

    protected override async Task EndAsync(LabSocket client, SslStream tls)
    {
        await TlsStrategy.ReadToCloseNotifyAsync(client, tls);
        client.Close();
    }
}
