using System.Net.Sockets;
using System.Net.WebSockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies;

/// <summary>
/// A strategy of <see cref="WebSocket"/> over a <see cref="NetworkStream"/> on both sides, without a handshake of HTTP. The ending side's code is overridden; the other side reads to the close frame,
/// answers it, and reads to the end of TCP before it closes.
/// </summary>
internal abstract class WebSocketStrategy : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.WebSocket;

    /// <summary>Whether the ending side's <see cref="WebSocket"/> ends its socket itself, as it does where nothing is said. The other side's never does, so that it can be asked what it saw.</summary>
    protected virtual bool EnderOwnsSocket => true;

    public sealed override async Task ServeAsync(LabSocket server)
    {
        using var socket = Over(server);
        await ReceiveAsync(server, socket);
        await SendAsync(server, socket, LabSocket.Reply);
        await ServeAsync(server, socket);
    }

    public sealed override async Task CallAsync(LabSocket client)
    {
        using var socket = Over(client);
        await SendAsync(client, socket, LabSocket.Request);
        await ReceiveAsync(client, socket);
        await CallAsync(client, socket);
    }

    /// <summary>The server, from when it has replied.</summary>
    protected virtual async Task ServeAsync(LabSocket server, WebSocket socket)
    {
        await ReceiveAsync(server, socket);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, server.Cancellation);
        await server.ReadToEndAsync();
        server.Close();
    }

    /// <summary>The client, from when it has the reply.</summary>
    protected virtual async Task CallAsync(LabSocket client, WebSocket socket)
    {
        await ReceiveAsync(client, socket);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, client.Cancellation);
        await client.ReadToEndAsync();
        client.Close();
    }

    /// <summary>Receives a message, or the close frame.</summary>
    protected static async Task ReceiveAsync(LabSocket socket, WebSocket frames)
    {
        var received = await frames.ReceiveAsync(new byte[100].AsMemory(), socket.Cancellation);
        if (received.Count > 0)
        {
            socket.Count(received.Count);
        }
    }

    private static async Task SendAsync(LabSocket socket, WebSocket frames, ReadOnlyMemory<byte> message)
    {
        await frames.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, socket.Cancellation);
        socket.CountSent(message.Length);
    }

    private WebSocket Over(LabSocket socket) => WebSocket.CreateFromStream(
        new NetworkStream(socket.Socket, EnderOwnsSocket && socket.Side == About.Ender), new WebSocketCreationOptions { IsServer = socket.Side == EndingSide.Server });
}
