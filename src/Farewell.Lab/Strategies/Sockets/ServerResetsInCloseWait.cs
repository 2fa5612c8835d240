using Farewell.Lab.Running;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerResetsInCloseWait : SocketStrategy
{
    public override About About => new("server-resets-in-close-wait", EndingSide.Server, 28)
    {
        Does = "the client half-closes and waits; the server reads the end of stream and calls Close(0)",
        Lesson = "A reset in CLOSE_WAIT frees the other side's FIN_WAIT_2: no TIME_WAIT there either.",
        Why = "The client waits in FIN_WAIT_2 for a FIN; the reset ends that wait, and no TIME_WAIT begins. Through a "
            + "proxy this is what keeps the proxy's ports free.",
        Expected = [new(ClosedFirst.Local, How.Reset, TimeWaitHolder.None, PeerSaw.Reset)],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await server.ReadToEndAsync();
        server.Close(0);
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await client.ReadToEndAsync();
        client.Close();
    }
}
