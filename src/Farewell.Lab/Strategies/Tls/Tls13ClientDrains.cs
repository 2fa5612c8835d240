using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Tls;

internal sealed class Tls13ClientDrains : TlsStrategy
{
    public override About About => new("tls13-client-drains", EndingSide.Client, 4)
    {
        Does = "a TLS 1.3 client calls ShutdownAsync(), Socket.Shutdown(Send), reads to the end, then disposes",
        Lesson = "Only reading to the end takes the tickets out of the way: a clean FIN.",
        Expected = [Outcome.ClientHeld],
    };

    protected override SslProtocols Protocol => SslProtocols.Tls13;

    protected override async Task CallAsync(LabSocket client, SslStream tls)
    {
        await SendAsync(client, tls, LabSocket.Request);
        await tls.ShutdownAsync();
        client.Shutdown(SocketShutdown.Send);
        await ReadToEndAsync(client, tls);
        await tls.DisposeAsync();
    }
}
