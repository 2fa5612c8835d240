using Farewell.Lab.Running;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class ConnectUnanswered : Strategy
{
    public override StrategyGroup Group => StrategyGroup.Kernel;

    public override About About => new("connect-unanswered", EndingSide.Server, 6)
    {
        Does = "the client connects with one retry (TCP_SYNCNT 1) to a host that answers nothing",
        Lesson = "A connect that times out leaves nothing behind but the time it took.",
        Expected = [new(ClosedFirst.Unknown, How.TimedOut, TimeWaitHolder.None, PeerSaw.TimedOut)],
        IsSlow = true,
    };

    public override string? WhyNot(Arena arena) => PacketFilter.Refusal;

    public override async Task RunAsync(Arena arena)
    {
        using var deaf = await arena.ListenAsync(PacketFilter.DropEverythingFor);
        await Task.WhenAll(Enumerable.Range(0, arena.ConnectionCount).Select(async _ =>
        {
            using var client = await arena.TryConnectAsync(SocketOptions.RetrySynOnce);
        }));
    }
}
