using System.Net.Security;
using System.Security.Authentication;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Tls;

internal sealed class Tls13ClientShutsDown : TlsStrategy
{
    public override About About => new("tls13-client-shuts-down", EndingSide.Client, 3)
    {
        Does = "a TLS 1.3 client writes, calls SslStream.ShutdownAsync() and disposes without ever reading",
        Lesson = "A close_notify says goodbye to TLS, not to TCP: the unread tickets still draw the reset.",
        Expected = [Outcome.ClientFinThenReset, Outcome.ClientHeld],
    };

    protected override SslProtocols Protocol => SslProtocols.Tls13;

    protected override async Task CallAsync(LabSocket client, SslStream tls)
    {
        await SendAsync(client, tls, LabSocket.Request);
        await client.UntilReadable();
        await tls.ShutdownAsync();
        client.NoteClosed();
        await tls.DisposeAsync();
    }
}
