using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerLingersZero : SocketStrategy
{
    public override About About => new("server-linger-0", EndingSide.Server, 8)
    {
        Does = "the server sets LingerState(true, 0) and closes",
        Lesson = "An abort: no TIME_WAIT, and the peer is told ConnectionReset after the data.",
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
