using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerAborts : SocketStrategy
{
    public override About About => new("server-close-0", EndingSide.Server, 9)
    {
        Does = "the server calls Close(0)",
        Lesson = "The reliable abort: nothing before it, nothing after it.",
        Expected = [Outcome.Aborted],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.Close(0);
    }
}
