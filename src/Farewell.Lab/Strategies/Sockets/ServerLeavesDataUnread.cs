using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerLeavesDataUnread : SocketStrategy
{
    public override About About => new("server-leaves-data-unread", EndingSide.Server, 17)
    {
        Does = "the server replies and calls Close() with octets of the client's still unread",
        Lesson = "Close with unread data is a reset, to show that data was lost (RFC 2525 section 2.17).",
        Why = "The kernel looks at the receive queue first, before any linger option: if something is unread, close() "
            + "sends a reset (counted as TCPAbortOnClose).",
        Expected = [Outcome.Aborted],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.UntilReadable(LabSocket.Request.Length);
        await server.SendReplyAsync();
        server.Close();
    }
}
