using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies;

/// <summary>
/// A strategy of <see cref="SslStream"/> over a <see cref="NetworkStream"/> that owns its socket, as a TcpClient's does, on both sides.
/// The ending side's code is overridden; the other side reads to the end of TCP, not only of TLS, and then closes.
/// </summary>
internal abstract class TlsStrategy : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.SslStream;

    protected abstract SslProtocols Protocol { get; }

    public sealed override async Task ServeAsync(LabSocket server)
    {
        var tls = new SslStream(new NetworkStream(server.Socket, ownsSocket: true));
        await tls.AuthenticateAsServerAsync(LabTls.Server(Protocol), server.Cancellation);
        await ServeAsync(server, tls);
    }

    public sealed override async Task CallAsync(LabSocket client)
    {
        await CallAsync(client, await LabTls.DialAsync(client, Protocol));
    }

    protected virtual async Task ServeAsync(LabSocket server, SslStream tls)
    {
        await ReadToEndAsync(server, tls);
        server.Close();
    }

    protected virtual async Task CallAsync(LabSocket client, SslStream tls)
    {
        await SendAsync(client, tls, LabSocket.Request);
        await ReadToEndAsync(client, tls);
        client.Close();
    }

    public static async Task SendAsync(LabSocket socket, SslStream tls, ReadOnlyMemory<byte> data)
    {
        await tls.WriteAsync(data, socket.Cancellation);
        socket.CountSent(data.Length);
    }

    public static async Task ReadAsync(LabSocket socket, SslStream tls, int count)
    {
        await tls.ReadExactlyAsync(new byte[count], socket.Cancellation);
        socket.Count(count);
    }

    /// <summary>Reads to the end of TLS and then of TCP.</summary>
    public static async Task ReadToEndAsync(LabSocket socket, SslStream tls)
    {
        await ReadToCloseNotifyAsync(socket, tls);

        // A close_notify ends TLS; the FIN comes after it.
        await socket.ReadToEndAsync();
    }

    /// <summary>Reads to the end of TLS.</summary>
    public static async Task ReadToCloseNotifyAsync(LabSocket socket, SslStream tls)
    {
        var buffer = new byte[1024];
        for (int read; (read = await tls.ReadAsync(buffer, socket.Cancellation)) > 0;)
        {
            socket.Count(read);
        }
    }
}
