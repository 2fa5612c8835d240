using System.Net.WebSockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.WebSockets;

internal sealed class ClientDisposes : WebSocketStrategy
{
    public override About About => new("websocket-client-disposes", EndingSide.Client, 4)
    {
        Does = "the client disposes its WebSocket without a close frame",
        Lesson = "To TCP an orderly end, to the server a premature one: no close frame came.",
        Expected = [Outcome.ClientHeld],
    };

    protected override Task CallAsync(LabSocket client, WebSocket socket)
    {
        client.NoteClosed();
        socket.Dispose();
        return Task.CompletedTask;
    }

    protected override async Task ServeAsync(LabSocket server, WebSocket socket)
    {
        await server.ReadToEndAsync();
        server.Close();
    }
}
