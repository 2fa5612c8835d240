using Farewell.Lab.Running;
using Farewell.Samples.Endings;

namespace Farewell.Lab.Strategies.Gallery;

internal sealed class CopyLeaveUnheld : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.Gallery;

    public override About About => new("copy-leave-unheld", EndingSide.Client, 2)
    {
        Does = "the client runs LeaveUnheld: TCP_LINGER2 -1 and dispose, no Shutdown before",
        Lesson = "A clean end for the peer and no port held, once the peer has read everything.",
        Sample = "LeaveUnheld.cs",
        Expected = [Outcome.ClientFinThenReset],
    };

    public override string? WhyNot(Arena arena) => OperatingSystem.IsLinux() ? null : "TCP_LINGER2 is Linux's own";

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.NoteClosed();
        LeaveUnheld.End(client.Socket);
    }
}
