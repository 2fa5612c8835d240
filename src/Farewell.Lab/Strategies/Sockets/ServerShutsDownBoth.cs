using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerShutsDownBoth : SocketStrategy
{
    public override About About => new("server-shuts-down-both", EndingSide.Server, 5)
    {
        Does = "the server calls Shutdown(Both), then Close()",
        Lesson = "Both is Send plus deafness: the same FIN, the same TIME_WAIT.",
        Expected = [Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.Shutdown(SocketShutdown.Both);
        server.Close();
    }
}
