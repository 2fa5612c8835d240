using Farewell.Lab.Running;
using Farewell.Samples.Endings;

namespace Farewell.Lab.Strategies.Gallery;

internal sealed class CopyLeaveOrderly : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.Gallery;

    public override About About => new("copy-leave-orderly", EndingSide.Client, 1)
    {
        Does = "the client runs LeaveOrderly: a FIN, read to the end, dispose",
        Lesson = "The ending that loses nothing anywhere; one TIME_WAIT for whoever leaves first.",
        Sample = "LeaveOrderly.cs",
        Expected = [Outcome.ClientHeld],
    };

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.NoteClosed();
        await LeaveOrderly.EndAsync(client.Socket, TimeSpan.FromSeconds(10));
    }
}
