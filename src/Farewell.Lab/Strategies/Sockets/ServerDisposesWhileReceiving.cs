using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerDisposesWhileReceiving : SocketStrategy
{
    public override About About => new("server-disposes-while-receiving", EndingSide.Server, 19)
    {
        Does = "the server calls Dispose() while its own ReceiveAsync is pending",
        Lesson = ".NET turns Dispose into a reset when an operation is pending: cancel it first.",
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
