using System.Net.Sockets;
using System.Text;

namespace Farewell.Bench;

/// <summary>Answers each request with the same page and closes after the client has; nothing but sockets, to leave the processor to the client.</summary>
internal sealed class CrawledServer : IDisposable
{
    public const int Octets = 1000;

    private static readonly byte[] Page = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Octets}\r\n\r\n{new string('x', Octets)}");

    private readonly Socket _listener;
    private int _resets;

    /// <summary>Serves what comes to a listener.</summary>
    public CrawledServer(Socket listener)
    {
        _listener = listener;
        for (var i = 0; i < 4; i++)
        {
            _ = AcceptAsync();
        }
    }

    /// <summary>Connections that ended by a reset which the server saw.</summary>
    public int Resets => Volatile.Read(ref _resets);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            var buffer = new byte[2048];
            for (var filled = 0; await socket.ReceiveAsync(buffer.AsMemory(filled)) is > 0 and var count;)
            {
                filled += count;
                if (buffer.AsSpan(0, filled).EndsWith("\r\n\r\n"u8))
                {
                    await socket.SendAsync(Page);
                    filled = 0;
                }
            }
        }
        catch (SocketException)
        {
            Interlocked.Increment(ref _resets);
        }

        socket.Dispose();
    }
}
