using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerShutsDownThenDisposesWhileReceiving : SocketStrategy
{
    public override About About => new("server-shutdown-then-disposes-while-receiving", EndingSide.Server, 21)
    {
        Does = "the server calls Shutdown(Send), then Dispose() with its ReceiveAsync still pending",
        Lesson = "The Shutdown saves the FIN: the same Dispose without it is a reset.",
        Expected = [Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        var pending = server.ReceiveAsync(1);
        server.Shutdown(SocketShutdown.Send);
        server.Dispose();
        await pending;
    }
}
