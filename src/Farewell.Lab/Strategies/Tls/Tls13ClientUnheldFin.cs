using System.Net.Security;
using System.Security.Authentication;
using Farewell.Lab.Running;
using Farewell.Sockets;

namespace Farewell.Lab.Strategies.Tls;

internal sealed class Tls13ClientUnheldFin : TlsStrategy
{
    public override About About => new("tls13-client-unheld-fin", EndingSide.Client, 7)
    {
        Does = "a TLS 1.3 client that has its reply ends by EndSocket.UnheldFin, tickets read or not",
        Lesson = "It discards what lies unread first: a clean FIN for the server, and no port held.",
        Expected = [Outcome.ClientFinThenReset],
    };

    public override string? WhyNot(Arena arena) => OperatingSystem.IsLinux() ? null : "TCP_LINGER2 is Linux's own";

    protected override SslProtocols Protocol => SslProtocols.Tls13;

    protected override async Task ServeAsync(LabSocket server, SslStream tls)
    {
        await ReadAsync(server, tls, LabSocket.Request.Length);
        await SendAsync(server, tls, LabSocket.Reply);
        await base.ServeAsync(server, tls);
    }

    protected override async Task CallAsync(LabSocket client, SslStream tls)
    {
        await SendAsync(client, tls, LabSocket.Request);
        await ReadAsync(client, tls, LabSocket.Reply.Length);
        client.NoteClosed();
        EndSocket.UnheldFin(client.Socket);
    }
}
