using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerDisposesWhileReceiving : SocketStrategy
{
    public override About About => new("server-disposes-while-receiving", EndingSide.Server, 19)
    {
        Does = "the server calls Dispose() while its own ReceiveAsync is pending",
        Lesson = ".NET turns Dispose into a reset when an operation is pending: cancel it first.",
        Why = "SafeSocketHandle turns the close into an abort when it has to cancel operations and no Shutdown came "
            + "before, so that a peer does not take a cut-off stream for a whole one.",
        Expected = [Outcome.Aborted],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        var pending = server.ReceiveAsync(1);
        server.Dispose();
        await pending;
    }
}
