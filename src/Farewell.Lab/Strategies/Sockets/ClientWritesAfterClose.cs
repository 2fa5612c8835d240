using Farewell.Lab.Running;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ClientWritesAfterClose : SocketStrategy
{
    public override About About => new("client-writes-after-close", EndingSide.Server, 23)
    {
        Does = "the server closes after its reply, and the client goes on writing",
        Lesson = "The first write draws a reset, the second fails; the reset ends the TIME_WAIT to be.",
        Expected = [new(ClosedFirst.Remote, How.Reset, TimeWaitHolder.None, PeerSaw.BrokenPipe)],
    };

    public override bool CanChurn => false;

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.Close();
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        await client.UntilState(TcpState.CloseWait);
        await client.SendRequestAsync();
        await client.UntilState(TcpState.Closed);
        await client.SendRequestAsync();
        client.Close();
    }
}
