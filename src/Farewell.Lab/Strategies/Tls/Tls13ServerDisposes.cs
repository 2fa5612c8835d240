using System.Net.Security;
using System.Security.Authentication;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Tls;

internal sealed class Tls13ServerDisposes : TlsStrategy
{
    public override About About => new("tls13-server-disposes", EndingSide.Server, 5)
    {
        Does = "a TLS 1.3 server reads the request, replies and disposes its SslStream",
        Lesson = "Tickets go one way only: the server has nothing unread and ends with a FIN.",
        Expected = [Outcome.ServerHeld],
    };

    protected override SslProtocols Protocol => SslProtocols.Tls13;

    protected override async Task ServeAsync(LabSocket server, SslStream tls)
    {
        await ReadAsync(server, tls, LabSocket.Request.Length);
        await SendAsync(server, tls, LabSocket.Reply);
        server.NoteClosed();
        await tls.DisposeAsync();
    }
}
