using System.Net.WebSockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.WebSockets;

internal sealed class ClientCloses : WebSocketStrategy
{
    public override About About => new("websocket-client-closes", EndingSide.Server, 3)
    {
        Does = "the client calls WebSocket.CloseAsync(), and the server answers its close frame and disposes",
        Lesson = "A client's CloseAsync waits for the server's FIN: RFC 6455 gives it the TIME_WAIT.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task ServeAsync(LabSocket server, WebSocket socket)
    {
        await ReceiveAsync(server, socket);
        server.NoteClosed();
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, server.Cancellation);
    }

    protected override async Task CallAsync(LabSocket client, WebSocket socket)
    {
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, client.Cancellation);
        await client.ReadToEndAsync();
        client.Close();
    }
}
