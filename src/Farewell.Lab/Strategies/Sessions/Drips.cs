using Farewell.Lab.Running;
using Farewell.Tcp;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class Drips : MuchUnreadStrategy
{
    private static readonly TimeSpan NowAndThen = TimeSpan.FromMilliseconds(5);

    public override About About => new("session-drips", EndingSide.Server, 15)
    {
        Does = "a client asks for much; asked to leave, it reads an octet every 5 ms and does nothing else, and is reset",
        Lesson = "Reading an octet now and then is no sign of leaving: the grace ends all the same.",
        Expected = [Outcome.Aborted],
    };

    protected override async Task UntilResetAsync(LabSocket client)
    {
        while (await client.ReceiveAsync(1) > 0 && KernelView.StateOf(client.Socket) != TcpState.Closed)
        {
            await Task.Delay(NowAndThen, client.Cancellation);
        }
    }
}
