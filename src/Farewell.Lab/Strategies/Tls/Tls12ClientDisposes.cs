using System.Net.Security;
using System.Security.Authentication;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Tls;

internal sealed class Tls12ClientDisposes : TlsStrategy
{
    public override About About => new("tls12-client-disposes", EndingSide.Client, 1)
    {
        Does = "a TLS 1.2 client writes and disposes its SslStream",
        Lesson = "TLS 1.2 leaves nothing unread behind the handshake, so this is a FIN.",
        Expected = [Outcome.ClientHeld],
    };

    protected override SslProtocols Protocol => SslProtocols.Tls12;

    protected override async Task CallAsync(LabSocket client, SslStream tls)
    {
        await SendAsync(client, tls, LabSocket.Request);
        client.NoteClosed();
        await tls.DisposeAsync();
    }
}
