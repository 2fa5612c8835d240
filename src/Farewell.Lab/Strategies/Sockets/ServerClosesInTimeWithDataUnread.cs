using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerClosesInTimeWithDataUnread : SocketStrategy
{
    public override About About => new("server-close-timeout-data-unread", EndingSide.Server, 29)
    {
        Does = "the server replies and calls Close(1000) with octets of the client's still unread",
        Lesson = "Close with a time-out shuts down first: a FIN, and the reset for the unread data after it.",
        Expected = [Outcome.ServerFinThenReset, Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.UntilReadable(LabSocket.Request.Length);
        await server.SendReplyAsync();
        server.Close(1000);
    }
}
