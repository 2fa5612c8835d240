using System.Diagnostics;
using System.Net.Security;
using System.Net.WebSockets;

namespace Farewell.Bench.Last;

/// <summary>.NET's own clients.</summary>
internal static class Clients
{
    private const int Times = 1000;

    /// <summary>Takes any certificate.</summary>
    public static SslClientAuthenticationOptions Trusting => new() { TargetHost = "localhost", RemoteCertificateValidationCallback = static (_, _, _, _) => true };

    public static IEnumerable<Row> Rows =>
    [
        Row.OfOne("`HttpClient`, HTTP/1.1 `Connection: close`", Times, static server => AskAsync(server.Http1, 1, closes: true)),
        Row.OfOne("`HttpClient`, HTTP/1.1 kept, then disposed", Times, static server => AskAsync(server.Http1, 1, closes: false)),
        Row.OfOne("`HttpClient`, HTTP/2, then disposed", Times, static server => AskAsync(server.Http2, 2, closes: false)),
        Row.OfOne("`HttpClient`, HTTP/2 in TLS, then disposed", Times / 2, static server => AskAsync(server.Tls, 2, closes: false)),
        Row.OfOne("`ClientWebSocket`, closes first, to the end of `CloseAsync`", Times, static server => CloseAsync(server, "/ws")),
        Row.OfOne("`ClientWebSocket`, the server closes first, to the end of `CloseAsync`", Times, static server => CloseAsync(server, "/ws-close")),
    ];

    /// <summary>The last request of a client's connection, which was used once before if it is kept.</summary>
    private static async Task<double> AskAsync(Uri address, int version, bool closes)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = Trusting })
        {
            DefaultRequestVersion = new Version(version, version == 1 ? 1 : 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        client.DefaultRequestHeaders.ConnectionClose = closes;
        if (!closes)
        {
            await client.GetByteArrayAsync(address);
        }

        var from = Stopwatch.GetTimestamp();
        var body = await client.GetByteArrayAsync(address);
        var took = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
        return body.AsSpan().SequenceEqual("hello, wire\n"u8) ? took : throw new InvalidOperationException("cut off");
    }

    private static async Task<double> CloseAsync(LastServer server, string path)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(server.Http1) { Scheme = "ws", Path = path }.Uri, default);
        var from = Stopwatch.GetTimestamp();
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Binary, true, default);
        await socket.ReceiveAsync(new byte[100].AsMemory(), default);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        var took = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
        return socket.State == WebSocketState.Closed ? took : throw new InvalidOperationException($"{socket.State}");
    }
}
