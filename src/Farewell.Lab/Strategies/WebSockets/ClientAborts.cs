using System.Net.WebSockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.WebSockets;

internal sealed class ClientAborts : WebSocketStrategy
{
    public override About About => new("websocket-client-aborts", EndingSide.Client, 5)
    {
        Does = "the client calls WebSocket.Abort()",
        Lesson = "An abort of the WebSocket is a dispose of its stream, and that a FIN: no reset.",
        Expected = [Outcome.ClientHeld],
    };

    protected override Task CallAsync(LabSocket client, WebSocket socket)
    {
        client.NoteClosed();
        socket.Abort();
        return Task.CompletedTask;
    }

    protected override async Task ServeAsync(LabSocket server, WebSocket socket)
    {
        await server.ReadToEndAsync();
        server.Close();
    }
}
