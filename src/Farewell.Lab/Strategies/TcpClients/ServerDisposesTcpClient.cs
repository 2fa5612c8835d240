using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.TcpClients;

internal sealed class ServerDisposesTcpClient : TcpClientStrategy
{
    public override About About => new("tcpclient-server-disposes", EndingSide.Server, 1)
    {
        Does = "the server calls TcpClient.Dispose() after its reply",
        Lesson = "TcpClient.Dispose is an orderly close, and whoever calls it first keeps the TIME_WAIT.",
        Expected = [Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        using var client = new TcpClient { Client = server.Socket };
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.NoteClosed();
        client.Dispose();
    }
}
