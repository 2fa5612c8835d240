using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerDisconnects : SocketStrategy
{
    public override About About => new("server-disconnects", EndingSide.Server, 6)
    {
        Does = "the server calls DisconnectAsync(reuseSocket: false)",
        Lesson = "Disconnect is another word for a FIN.",
        Expected = [Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await server.DisconnectAsync(reuseSocket: false);
        server.Close();
    }
}
