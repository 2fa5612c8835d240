using System.Net.Security;
using System.Security.Authentication;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Tls;

internal sealed class Tls13ClientDisposes : TlsStrategy
{
    public override About About => new("tls13-client-disposes", EndingSide.Client, 2)
    {
        Does = "a TLS 1.3 client writes and disposes its SslStream without ever reading",
        Lesson = "Session tickets lie unread: a reset follows the FIN, unless the peer's FIN outruns it.",
        Expected = [Outcome.ClientFinThenReset, Outcome.ClientHeld],
    };

    protected override SslProtocols Protocol => SslProtocols.Tls13;

    protected override async Task CallAsync(LabSocket client, SslStream tls)
    {
        await SendAsync(client, tls, LabSocket.Request);
        await client.UntilReadable();
        client.NoteClosed();
        await tls.DisposeAsync();
    }
}
