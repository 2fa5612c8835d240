using Farewell.Lab.Running;
using Farewell.Tcp;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerCloseTimesOut : SocketStrategy
{
    public override About About => new("server-close-timeout-expires", EndingSide.Server, 30)
    {
        Does = "the server calls Close(100), and the client reads to the end and keeps its side open",
        Lesson = "Close(milliseconds) waits that long for the peer's FIN, blocks meanwhile, and then resets.",
        Expected = [Outcome.ServerFinThenReset],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();

        // It blocks, so not on a thread of the pool.
        await Task.Factory.StartNew(() => server.Close(100), server.Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadToEndAsync();
        await client.UntilState(TcpState.Closed);
        client.Close();
    }
}
