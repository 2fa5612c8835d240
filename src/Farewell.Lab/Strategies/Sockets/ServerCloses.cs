using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerCloses : SocketStrategy
{
    public override About About => new("server-closes", EndingSide.Server, 1)
    {
        Does = "the server calls Close() after its reply",
        Lesson = "Whoever closes first keeps the TIME_WAIT.",
        Expected = [Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.Close();
    }
}
