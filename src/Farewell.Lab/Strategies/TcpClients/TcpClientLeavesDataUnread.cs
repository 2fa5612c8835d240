using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.TcpClients;

internal sealed class TcpClientLeavesDataUnread : TcpClientStrategy
{
    public override About About => new("tcpclient-leaves-data-unread", EndingSide.Server, 17)
    {
        Does = "the server replies and calls TcpClient.Dispose() with octets of the client's still unread",
        Lesson = "The FIN goes first here too, and the reset for the unread data comes after it.",
        Expected = [Outcome.ServerFinThenReset, Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        using var client = new TcpClient { Client = server.Socket };
        await server.UntilReadable(LabSocket.Request.Length);
        await server.SendReplyAsync();
        server.NoteClosed();
        client.Dispose();
    }
}
