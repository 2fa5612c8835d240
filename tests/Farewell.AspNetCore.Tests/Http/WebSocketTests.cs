using System.Net.WebSockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>WebSockets, closed by either side.</summary>
[SupportedOSPlatform("linux")]
public sealed class WebSocketTests
{
    private const int Count = 10;

    [Theory]
    [InlineData("/ws", SslProtocols.None)]
    [InlineData("/ws-close", SslProtocols.None)]
    [InlineData("/ws", SslProtocols.Tls13)]
    [InlineData("/ws-close", SslProtocols.Tls13)]
    public async Task WhoeverClosesFirst_NobodyHoldsATimeWait(string path, SslProtocols protocol)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Tls = protocol });
        await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(() => OneAsync(network, host, path, protocol))));
        (await network.SettledAsync()).ShouldBe((0, 0));
        await Eventually.HoldsAsync(() => host.Endings.GetValueOrDefault("web-socket") == Count, () => string.Join(", ", host.Endings));
    }

    [Fact]
    public async Task ByOption_TheClientClosesFirst()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Farewell = static options => options.WebSockets = WebSocketEnding.ClientFirst });
        using var socket = await ConnectAsync(network, host, "/ws", SslProtocols.None);
        await TalkAsync(socket, "/ws");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default).WaitAsync(Eventually.Limit);
        socket.State.ShouldBe(WebSocketState.Closed);
        var (_, server) = await network.SettledAsync();
        server.ShouldBe(0);
    }

    [Fact]
    public async Task WithoutCloseFrames_TheServersFinIsTheMessage()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network);
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await client.GetAsync("/ws-close", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
        await client.ReadUntilAsync("hello, wire\n");

        // A close frame with a payload of one octet is a violation: the server gives the connection up.
        await client.Socket.SendAsync(new byte[] { 0x88, 0x81, 0, 0, 0, 0, 0 });
        await client.ReadToEndAsync();
        client.Dispose();
        await network.SettledAsync();
        await Eventually.HoldsAsync(() => host.Endings.Values.Sum() == 1, () => string.Join(", ", host.Endings));
    }

    /// <summary>Opens one, talks, and closes it: this side first, or at <c>/ws-close</c> the server.</summary>
    internal static async Task OneAsync(VethNetwork network, HttpHost host, string path, SslProtocols protocol)
    {
        using var socket = await ConnectAsync(network, host, path, protocol);
        await TalkAsync(socket, path);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default).WaitAsync(Eventually.Limit);
        (socket.State, socket.CloseStatus).ShouldBe((WebSocketState.Closed, WebSocketCloseStatus.NormalClosure));
    }

    internal static async Task<ClientWebSocket> ConnectAsync(VethNetwork network, HttpHost host, string path, SslProtocols protocol, int? receiveBuffer = null)
    {
        var socket = new ClientWebSocket();
        using var invoker = new HttpMessageInvoker(NetworkClient.CreateHandler(network, host, receiveBuffer), disposeHandler: false);
        await socket.ConnectAsync(new UriBuilder(NetworkClient.UriOf(host, protocol, path)) { Scheme = protocol == SslProtocols.None ? "ws" : "wss" }.Uri, invoker, default)
            .WaitAsync(Eventually.Limit);
        return socket;
    }

    private static async Task TalkAsync(ClientWebSocket socket, string path)
    {
        var buffer = new byte[100];
        if (path == "/ws")
        {
            await socket.SendAsync(TestApplication.Hello, WebSocketMessageType.Binary, true, default);
        }

        (await socket.ReceiveAsync(buffer.AsMemory(), default).AsTask().WaitAsync(Eventually.Limit)).Count.ShouldBe(TestApplication.Hello.Length);
        if (path != "/ws")
        {
            (await socket.ReceiveAsync(buffer.AsMemory(), default).AsTask().WaitAsync(Eventually.Limit)).MessageType.ShouldBe(WebSocketMessageType.Close);
        }
    }
}
