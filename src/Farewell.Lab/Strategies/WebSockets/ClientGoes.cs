using System.Net.WebSockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.WebSockets;

/// <summary>The client goes without a close frame.</summary>
internal abstract class ClientGoes : WebSocketStrategy
{
    protected abstract void Go(WebSocket socket);

    protected sealed override Task CallAsync(LabSocket client, WebSocket socket)
    {
        client.NoteClosed();
        Go(socket);
        return Task.CompletedTask;
    }

    protected sealed override async Task ServeAsync(LabSocket server, WebSocket socket)
    {
        await server.ReadToEndAsync();
        server.Close();
    }
}
