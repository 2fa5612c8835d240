using System.Net.WebSockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.WebSockets;

internal sealed class ServerCloses : WebSocketStrategy
{
    public override About About => new("websocket-server-closes", EndingSide.Server, 1)
    {
        Does = "the server calls WebSocket.CloseAsync(), and the client answers its close frame and waits",
        Lesson = "WebSocket closes the socket once both close frames have passed: the server's TIME_WAIT.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task ServeAsync(LabSocket server, WebSocket socket)
    {
        server.NoteClosed();
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, server.Cancellation);
    }
}
