using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerHalfCloses : SocketStrategy
{
    public override About About => new("server-half-closes", EndingSide.Server, 3)
    {
        Does = "the server calls Shutdown(Send), reads to the end, then closes",
        Lesson = "The only order that loses nothing; the TIME_WAIT is still the first closer's.",
        Expected = [Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.Shutdown(SocketShutdown.Send);
        await server.ReadToEndAsync();
        server.Close();
    }
}
