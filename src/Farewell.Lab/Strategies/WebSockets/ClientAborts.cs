using System.Net.WebSockets;

namespace Farewell.Lab.Strategies.WebSockets;

internal sealed class ClientAborts : ClientGoes
{
    public override About About => new("websocket-client-aborts", EndingSide.Client, 5)
    {
        Does = "the client calls WebSocket.Abort()",
        Lesson = "An abort of the WebSocket is a dispose of its stream, and that a FIN: no reset.",
        Expected = [Outcome.ClientHeld],
    };

    protected override void Go(WebSocket socket) => socket.Abort();
}
