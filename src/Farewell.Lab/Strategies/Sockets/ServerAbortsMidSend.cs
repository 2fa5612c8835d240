using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerAbortsMidSend : LargeReplyStrategy
{
    public override About About => new("server-aborts-mid-send", EndingSide.Server, 26)
    {
        Does = "the server sends as much as the kernel takes and at once calls Close(0), the client reads late",
        Lesson = "An abort throws away what is not yet on the wire, although every send succeeded.",
        Why = "The reset overtakes nothing: what was on the wire arrives, what was still in the send buffer is dropped.",
        Expected = [Outcome.Aborted],
    };

    protected override void End(LabSocket server) => server.Close(0);
}
