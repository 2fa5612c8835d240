using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class NeverReads : MuchUnreadStrategy
{
    public override About About => new("session-never-reads", EndingSide.Server, 14)
    {
        Does = "a client asks for much and reads nothing of it; asked to leave, it does not, and is reset",
        Lesson = "A full pipe cannot be asked anything: time limits are what is left, and they hold.",
        Expected = [Outcome.Aborted],
    };

    protected override Task UntilResetAsync(LabSocket client) =>
        client.UntilTrue(() => KernelView.StateOf(client.Socket) == Tcp.TcpState.Closed, "the connection is reset");
}
