using System.Net.WebSockets;
using Farewell.Lab.Running;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class WebSocketClose : KestrelHttpStrategy
{
    // A close frame of a client (RFC 6455 section 5.5.1): status 1000, masked with zeros.
    private static readonly byte[] Close = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8];

    public override About About => new("kestrel-websocket", EndingSide.Server, 35)
    {
        Does = "close frames are exchanged on a WebSocket, and the client waits for the server to close",
        Lesson = "RFC 6455 lets the server close first, and so the TIME_WAIT is the server's.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.Upgrade = "websocket";
        var octets = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        using var socket = WebSocket.CreateFromStream(octets, new WebSocketCreationOptions { IsServer = true });
        await socket.ReceiveAsync(new byte[100].AsMemory(), context.RequestAborted);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(RawHttp.Get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="));
        await client.ReadMessageAsync();
        await client.SendAsync(Close);
        await client.ReadToEndAsync();
        client.Close();
    }
}
