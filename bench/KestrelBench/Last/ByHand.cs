using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Farewell.Bench.Last;

/// <summary>A client that speaks HTTP/1 by hand.</summary>
internal static class ByHand
{
    private const int Times = 2000;
    private const string Close = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private const string Persist = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    public static IEnumerable<Row> Rows =>
    [
        Row.OfOne("by hand, HTTP/1.1 keep-alive, to the whole response", Times, static server => PersistentAsync(server)),
        Row.OfOne("by hand, HTTP/1.1 `Connection: close`, to the whole response", Times, static server => OnceAsync(EndPointOf(server.Http1), Close, toEnd: false)),
        Row.OfOne("by hand, HTTP/1.0, to the end of the connection", Times, static server => OnceAsync(EndPointOf(server.Http1), "GET / HTTP/1.0\r\n\r\n", toEnd: true)),
        Row.OfOne("by hand, HTTP/1.0 without a length, to the end of the connection", Times, static server => OnceAsync(EndPointOf(server.Http1), "GET /unframed HTTP/1.0\r\n\r\n", toEnd: true)),
        Row.OfOne("by hand, 400, to the whole response", Times, static server => OnceAsync(EndPointOf(server.Http1), "GET / HTTP/1.1\r\n\r\n", toEnd: false)),
        new("by hand, 408, from the tick of Kestrel's clock to the whole response", 40, static server => SlowAsync(server)) { AtOnce = true },
        Row.OfOne("by hand, TLS 1.3 `Connection: close`, to the whole response", Times / 2, static server => SecureAsync(server, toEnd: false)),
        Row.OfOne("by hand, TLS 1.3 `Connection: close`, to the end of TLS", Times / 2, static server => SecureAsync(server, toEnd: true)),
    ];

    public static IPEndPoint EndPointOf(Uri address) => IPEndPoint.Parse(address.Authority);

    /// <summary>Dials, asks, and reads to the end of the response or of the connection.</summary>
    public static async Task<double> OnceAsync(EndPoint endPoint, string request, bool toEnd)
    {
        using var socket = await DialAsync(endPoint);
        await using var stream = new NetworkStream(socket);
        return await AskAsync(stream, request, toEnd);
    }

    private static async Task<double> PersistentAsync(LastServer server)
    {
        using var socket = await DialAsync(EndPointOf(server.Http1));
        await using var stream = new NetworkStream(socket);
        await AskAsync(stream, Persist, toEnd: false);
        return await AskAsync(stream, Persist, toEnd: false);
    }

    /// <summary>A few clients that send half a head. What they wait for is Kestrel's clock, which ticks once a second; what comes then is measured.</summary>
    private static async Task<double[]> SlowAsync(LastServer server) => await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
    {
        using var socket = await DialAsync(EndPointOf(server.Ticking));
        await using var stream = new NetworkStream(socket);
        await AskAsync(stream, "GET / HTTP/1.1\r\nHo", toEnd: false);
        return Stopwatch.GetElapsedTime(server.Tick).TotalMilliseconds;
    }));

    private static async Task<double> SecureAsync(LastServer server, bool toEnd)
    {
        using var socket = await DialAsync(EndPointOf(server.Tls));
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(Clients.Trusting);
        return await AskAsync(tls, Close, toEnd);
    }

    private static async Task<Socket> DialAsync(EndPoint endPoint)
    {
        var isTcp = endPoint is IPEndPoint;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, isTcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
        if (isTcp)
        {
            socket.NoDelay = true;
        }

        await socket.ConnectAsync(endPoint);
        return socket;
    }

    private static async Task<double> AskAsync(Stream stream, string request, bool toEnd)
    {
        var (octets, buffer, length) = (Encoding.ASCII.GetBytes(request), new byte[4096], 0);
        var from = Stopwatch.GetTimestamp();
        await stream.WriteAsync(octets);
        while (await stream.ReadAsync(buffer.AsMemory(length)) is > 0 and var count)
        {
            length += count;
            if (!toEnd && IsWhole(Encoding.ASCII.GetString(buffer, 0, length)))
            {
                return Stopwatch.GetElapsedTime(from).TotalMilliseconds;
            }
        }

        var took = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
        return toEnd && IsWhole(Encoding.ASCII.GetString(buffer, 0, length)) ? took : throw new InvalidOperationException($"cut off: {Encoding.ASCII.GetString(buffer, 0, length)}");
    }

    /// <summary>Whether this is the page, in chunks or not, or a refusal without a body.</summary>
    private static bool IsWhole(string response) => response.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)
        ? response.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal)
        : response.EndsWith("hello, wire\n", StringComparison.Ordinal)
            || (response.EndsWith("\r\n\r\n", StringComparison.Ordinal) && response.Contains("Content-Length: 0", StringComparison.OrdinalIgnoreCase));
}
