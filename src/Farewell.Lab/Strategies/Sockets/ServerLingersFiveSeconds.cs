using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerLingersFiveSeconds : SocketStrategy
{
    public override About About => new("server-lingers-5s", EndingSide.Server, 7)
    {
        Does = "the server sets LingerState(true, 5) and closes",
        Lesson = "A positive linger only makes Close wait for unsent data; the ending is the same.",
        Expected = [Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.Socket.LingerState = new LingerOption(true, 5);
        server.Close();
    }
}
