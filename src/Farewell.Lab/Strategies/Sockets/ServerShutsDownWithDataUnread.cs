using System.Net.Sockets;
using Farewell.Lab.Running;
using Farewell.Tcp;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerShutsDownWithDataUnread : SocketStrategy
{
    public override About About => new("server-shutdown-data-unread", EndingSide.Server, 18)
    {
        Does = "the server calls Shutdown(Send) with octets unread, the client closes, then the server closes",
        Lesson = "Once both FINs are through, unread data no longer draws a reset.",
        Expected = [Outcome.ServerHeld],
    };

    public override bool CanChurn => false;

    public override async Task ServeAsync(LabSocket server)
    {
        await server.UntilReadable(LabSocket.Request.Length);
        await server.SendReplyAsync();
        server.Shutdown(SocketShutdown.Send);
        await server.UntilTrue(() => KernelView.StateOf(server.Socket) is TcpState.TimeWait or TcpState.Closed, "the client has closed");
        server.Close();
    }
}
