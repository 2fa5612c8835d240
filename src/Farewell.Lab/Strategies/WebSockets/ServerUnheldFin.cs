using System.Net.WebSockets;
using Farewell.Lab.Running;
using Farewell.Sockets;

namespace Farewell.Lab.Strategies.WebSockets;

internal sealed class ServerUnheldFin : WebSocketStrategy
{
    public override About About => new("websocket-server-unheld-fin", EndingSide.Server, 2)
    {
        Does = "the same on a stream that does not own its socket, which is then ended by EndSocket.UnheldFin",
        Lesson = "The answered close frame proves that everything was read: clean, and no TIME_WAIT.",
        Expected = [Outcome.ServerFinThenReset],
    };

    public override string? WhyNot(Arena arena) => OperatingSystem.IsLinux() ? null : "TCP_LINGER2 is Linux's own";

    protected override bool EnderOwnsSocket => false;

    protected override async Task ServeAsync(LabSocket server, WebSocket socket)
    {
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, server.Cancellation);
        server.NoteClosed();
        EndSocket.UnheldFin(server.Socket);
    }
}
