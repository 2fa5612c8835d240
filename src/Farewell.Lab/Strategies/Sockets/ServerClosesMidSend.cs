using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerClosesMidSend : LargeReplyStrategy
{
    public override About About => new("server-closes-mid-send", EndingSide.Server, 27)
    {
        Does = "the server sends as much as the kernel takes and at once calls Close(), the client reads late",
        Lesson = "An orderly close delivers everything the kernel took, however late the peer reads.",
        Expected = [Outcome.ServerHeld],
    };

    protected override void End(LabSocket server) => server.Close();
}
