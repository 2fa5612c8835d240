using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerLingersZero : SocketStrategy
{
    public override About About => new("server-linger-0", EndingSide.Server, 8)
    {
        Does = "the server sets LingerState(true, 0) and closes",
        Lesson = "An abort: no TIME_WAIT, and the peer is told ConnectionReset after the data.",
        Why = "Close with linger 0 takes the connection down with a reset (tcp_disconnect in the kernel). Octets that had "
            + "arrived stay readable on a Linux peer; on Windows the reset discards them.",
        Expected = [Outcome.Aborted],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.LingerZero();
        server.Close();
    }
}
