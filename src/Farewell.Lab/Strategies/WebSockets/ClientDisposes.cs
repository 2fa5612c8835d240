using System.Net.WebSockets;

namespace Farewell.Lab.Strategies.WebSockets;

internal sealed class ClientDisposes : ClientGoes
{
    public override About About => new("websocket-client-disposes", EndingSide.Client, 4)
    {
        Does = "the client disposes its WebSocket without a close frame",
        Lesson = "To TCP an orderly end, to the server a premature one: no close frame came.",
        Expected = [Outcome.ClientHeld],
    };

    protected override void Go(WebSocket socket) => socket.Dispose();
}
