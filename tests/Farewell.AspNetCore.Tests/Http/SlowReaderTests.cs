using System.Globalization;
using System.Net.WebSockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Text;
using Farewell.Tests;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>Ten megabytes to a client that reads slowly through a small window, in every ending: each octet comes.</summary>
[SupportedOSPlatform("linux")]
public sealed class SlowReaderTests
{
    private const int ReceiveBuffer = 64 * 1024;

    private static readonly TimeSpan ShortGrace = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    [Theory]
    [InlineData("/big", "1.1", "Connection: close\r\n", HttpServerEnding.Fin, "grace-expired")]
    [InlineData("/big", "1.1", "Connection: close\r\n", HttpServerEnding.UnheldFin, "grace-expired")]
    [InlineData("/big", "1.1", "Connection: close\r\n", HttpServerEnding.Reset, "grace-expired")]
    [InlineData("/big-chunked", "1.1", "Connection: close\r\n", HttpServerEnding.Fin, "grace-expired")]
    [InlineData("/big", "1.0", "", HttpServerEnding.Fin, "message")]
    [InlineData("/big-chunked", "1.0", "", HttpServerEnding.Fin, "message")]
    [InlineData("/big", "1.1", "", HttpServerEnding.UnheldFin, "silent")]
    [InlineData("/big", "1.1", "Connection: close\r\n", HttpServerEnding.Fin, "crowded")]
    public async Task ItComesWhole(string path, string version, string fields, HttpServerEnding ending, string reason)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Farewell = options => (options.Grace, options.AfterGrace, options.MaxLingering) = (ShortGrace, ending, reason == "crowded" ? 0 : options.MaxLingering),
            Kestrel = static kestrel => kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1),
        });
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint, ReceiveBuffer);
        await client.GetAsync(path, fields, version);
        var orderly = await client.ReadToEndAsync(Pause);
        TestApplication.IsBig(BodyOf(client)).ShouldBeTrue();
        (orderly || ending == HttpServerEnding.Reset).ShouldBeTrue();

        // The limit may pass over octets that the client has acknowledged but just now.
        await EndedAsync(host, reason == "silent" ? ["silent", "untold"] : [reason]);
    }

    [Theory]
    [InlineData("/big", "1.1", "", "untold")]
    [InlineData("/big-chunked", "1.1", "", "untold")]
    [InlineData("/big", "1.1", "Connection: close\r\n", "grace-expired")]
    [InlineData("/big", "1.0", "", "message")]
    [InlineData("/big-chunked", "1.0", "", "message")]
    public async Task ItComesWhole_ThoughTheServerStops(string path, string version, string fields, string reason)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Farewell = static options => (options.Grace, options.StopSilence) = (ShortGrace, TimeSpan.FromMilliseconds(500)) });
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint, ReceiveBuffer);
        await client.GetAsync(path, fields, version);
        await client.ReadUntilAsync("\r\n\r\n");
        var stop = host.StopAsync();
        (await client.ReadToEndAsync(Pause)).ShouldBeTrue();
        TestApplication.IsBig(BodyOf(client)).ShouldBeTrue();
        await stop.WaitAsync(Eventually.Limit);
        await EndedAsync(host, reason);
    }

    [Theory]
    [InlineData(1, SslProtocols.Tls12)]
    [InlineData(1, SslProtocols.Tls13)]
    [InlineData(2, SslProtocols.None)]
    [InlineData(2, SslProtocols.Tls13)]
    public async Task ItComesWhole_ThroughTlsAndHttp2_ThoughTheServerStops(int version, SslProtocols protocol)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Farewell = static options => options.Grace = ShortGrace,
            Tls = protocol,
            Protocols = version == 2 ? HttpProtocols.Http2 : HttpProtocols.Http1,
        });
        using var handler = NetworkClient.CreateHandler(network, host, ReceiveBuffer);
        using var client = new HttpClient(handler) { DefaultRequestVersion = new Version(version, version == 1 ? 1 : 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        await using var body = await client.GetStreamAsync(NetworkClient.UriOf(host, protocol, "/big"));
        var stop = host.StopAsync();
        var (octets, piece) = (new MemoryStream(), new byte[ReceiveBuffer]);
        while (await body.ReadAsync(piece).AsTask().WaitAsync(Eventually.Limit) is > 0 and var count)
        {
            octets.Write(piece.AsSpan(0, count));
            await Task.Delay(count > ReceiveBuffer / 4 ? Pause : TimeSpan.Zero);
        }

        TestApplication.IsBig(octets.ToArray()).ShouldBeTrue();
        await stop.WaitAsync(Eventually.Limit);
        await Eventually.HoldsAsync(() => host.Endings.Values.Sum() == 1, () => string.Join(", ", host.Endings));
    }

    [Theory]
    [InlineData(SslProtocols.None, false, false)]
    [InlineData(SslProtocols.None, true, false)]
    [InlineData(SslProtocols.None, false, true)]
    [InlineData(SslProtocols.None, true, true)]
    [InlineData(SslProtocols.Tls13, false, false)]
    [InlineData(SslProtocols.Tls13, true, false)]
    public async Task ItComesWhole_ByWebSocket_WhoeverClosesFirst(SslProtocols protocol, bool clientFirst, bool stops)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Tls = protocol });
        using var socket = await WebSocketTests.ConnectAsync(network, host, "/ws-big", protocol, ReceiveBuffer);
        await socket.SendAsync(TestApplication.Hello, WebSocketMessageType.Binary, true, default);
        if (clientFirst)
        {
            // Whatever was sent before the server's own close frame is still to come.
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        }

        var (octets, piece, stop) = (new MemoryStream(), new byte[ReceiveBuffer], Task.CompletedTask);
        while (await socket.ReceiveAsync(piece.AsMemory(), default).AsTask().WaitAsync(Eventually.Limit) is { MessageType: not WebSocketMessageType.Close } received)
        {
            stop = stops && octets.Length == 0 ? host.StopAsync() : stop;
            octets.Write(piece.AsSpan(0, received.Count));
            await Task.Delay(Pause);
        }

        TestApplication.IsBig(octets.ToArray()).ShouldBeTrue();
        if (!clientFirst)
        {
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default).WaitAsync(Eventually.Limit);
        }

        (socket.State, socket.CloseStatusDescription).ShouldBe((WebSocketState.Closed, "all"));
        await stop.WaitAsync(Eventually.Limit);
        await EndedAsync(host, "web-socket");

        // A client that closed first had much to acknowledge then: the server's FIN, and a TIME_WAIT.
        (await network.SettledAsync()).ShouldBe((0, clientFirst ? 1 : 0));
    }

    private static Task EndedAsync(HttpHost host, params string[] reasons) =>
        Eventually.HoldsAsync(() => reasons.Sum(reason => host.Endings.GetValueOrDefault(reason)) == 1, () => $"{string.Join(" or ", reasons)}: {string.Join(", ", host.Endings)}");

    /// <summary>The body of the one response that was read, without its chunks' heads.</summary>
    private static byte[] BodyOf(HttpClientSocket client)
    {
        var start = client.Octets.IndexOf("\r\n\r\n"u8) + 4;
        var head = Encoding.ASCII.GetString(client.Octets[..start]);
        var rest = client.Octets[start..];
        if (!head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
        {
            return rest.ToArray();
        }

        var body = new MemoryStream();
        while (true)
        {
            var line = rest.IndexOf("\r\n"u8);
            line.ShouldBeGreaterThan(0, $"no end of chunks after {body.Length} octets");
            var length = int.Parse(Encoding.ASCII.GetString(rest[..line]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0)
            {
                return body.ToArray();
            }

            body.Write(rest.Slice(line + 2, length));
            rest = rest[(line + 2 + length + 2)..];
        }
    }
}
