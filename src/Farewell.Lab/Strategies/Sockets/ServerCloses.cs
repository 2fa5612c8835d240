using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerCloses : SocketStrategy
{
    public override About About => new("server-closes", EndingSide.Server, 1)
    {
        Does = "the server calls Close() after its reply",
        Lesson = "Whoever closes first keeps the TIME_WAIT.",
        Why = "The side whose FIN goes out first has to stay in TIME_WAIT after the second FIN, because only it can "
            + "repeat the last acknowledgement (RFC 9293 section 3.6). On an accepted connection that costs some 500 "
            + "octets for a minute; it costs no port.",
        Expected = [Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.Close();
    }
}
