using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.TcpClients;

internal sealed class TcpClientLingersZero : TcpClientStrategy
{
    public override About About => new("tcpclient-linger-0", EndingSide.Server, 16)
    {
        Does = "the server sets TcpClient.LingerState(true, 0) and calls Dispose()",
        Lesson = "Not an abort: TcpClient shuts down first, so the peer sees a FIN and may outrun the reset.",
        Expected = [Outcome.ServerFinThenReset, Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        using var client = new TcpClient { Client = server.Socket, LingerState = new LingerOption(true, 0) };
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.NoteClosed();
        client.Dispose();
    }
}
