using System.Net.Security;
using System.Net.Sockets;

namespace Farewell.Samples.Endings;

/// <summary>
/// A TLS 1.3 server sends session tickets that a client usually never reads, and closing over unread octets sends a reset that may
/// destroy the client's last words. Say close_notify, end our direction, read the rest, then let go.
/// </summary>
public static class LeaveTls
{
    /// <summary>Ends a client's connection.</summary>
    /// <param name="tls">The stream.</param>
    /// <param name="socket">The socket below it.</param>
    /// <param name="limit">How long to wait for the server; when it passes, the connection is aborted.</param>
    public static async Task EndAsync(SslStream tls, Socket socket, TimeSpan limit)
    {
        using var time = new CancellationTokenSource(limit);
        var rest = new byte[4096];
        try
        {
            await tls.ShutdownAsync();
            socket.Shutdown(SocketShutdown.Send);
            while (await tls.ReadAsync(rest, time.Token) > 0)
            {
            }

            // The end of the TLS stream may come with octets below it; only the socket's own end is the end.
            while (await socket.ReceiveAsync(rest, time.Token) > 0)
            {
            }

            await tls.DisposeAsync();
            socket.Dispose();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            socket.Close(0);
        }
    }
}
