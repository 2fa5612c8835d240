using System.Net.Security;
using System.Security.Authentication;
using Farewell.Lab.Running;
using Farewell.Samples.Endings;

namespace Farewell.Lab.Strategies.Tls;

internal sealed class Tls13ServerStays : TlsStrategy
{
    public override About About => new("tls13-server-stays", EndingSide.Client, 6)
    {
        Does = "a TLS 1.3 server replies, calls SslStream.ShutdownAsync() and waits until the client has left (StayUntilLeft)",
        Lesson = "A close_notify is TLS's own goodbye: the client closes first, the server holds nothing.",
        Expected = [Outcome.ClientHeld],
    };

    protected override SslProtocols Protocol => SslProtocols.Tls13;

    protected override async Task ServeAsync(LabSocket server, SslStream tls)
    {
        await ReadAsync(server, tls, LabSocket.Request.Length);
        await SendAsync(server, tls, LabSocket.Reply);
        await tls.ShutdownAsync();
        if (await StayUntilLeft.EndAsync(server.Socket, TimeSpan.FromSeconds(10)))
        {
            server.Count(read: 0);
        }
    }

    protected override async Task CallAsync(LabSocket client, SslStream tls)
    {
        await SendAsync(client, tls, LabSocket.Request);
        await ReadToCloseNotifyAsync(client, tls);
        client.Close();
    }
}
