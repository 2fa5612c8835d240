using Farewell.Lab.Networks.Linux;
using Farewell.Lab.Running;
using Farewell.Lab.Witnesses;
using Farewell.Observation;

namespace Farewell.Lab.Strategies;

/// <summary>The client closes first; then the acknowledgement of its FIN arrives once more, as if the network had held it back.</summary>
internal abstract class OldSegmentStrategy : SocketStrategy
{
    private const string Setting = "net.ipv4.tcp_rfc1337";

    public override StrategyGroup Group => StrategyGroup.Kernel;

    public override bool CanChurn => false;

    /// <summary>Whether the client's kernel lets a reset end a TIME-WAIT: net.ipv4.tcp_rfc1337=0, the default.</summary>
    protected abstract bool ResetEndsTimeWait { get; }

    public override string? WhyNot(Arena arena) =>
        arena.Network.IsPrivate ? null : "changes a setting and forges a segment, which only a private network allows";

    public override async Task RunAsync(Arena arena)
    {
        var before = arena.Network.OnClient(() => KernelSetting.Read(Setting));
        arena.ResetEndsTimeWait = ResetEndsTimeWait;
        Set(arena, ResetEndsTimeWait ? "0" : "1");
        try
        {
            var late = await CloseAsync(arena);
            var received = SegmentsReceived(arena);
            foreach (var segment in late)
            {
                segment.ArriveFromServer(arena);
            }

            // The client's kernel gets each late segment and, since its answer finds no connection at the server, a reset for it.
            await arena.UntilTrue(() => SegmentsReceived(arena) >= received + (2 * late.Count), "the server has answered with resets");
        }
        finally
        {
            Set(arena, before);
        }
    }

    private async Task<List<LateSegment>> CloseAsync(Arena arena)
    {
        using var listener = await arena.ListenAsync();
        List<LateSegment> late = [];
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            var client = await arena.ConnectAsync();
            var serving = ServeAsync(await arena.AcceptAsync(listener));
            await client.SendRequestAsync();
            await client.ReadReplyAsync();
            late.Add(LateSegment.AcknowledgementOfFin(client.Socket));
            client.Close();
            await serving;
        }

        using var tables = new TableWitness(arena.Network, arena.Port);
        await tables.SettleAsync(arena.Cancellation);
        return late;
    }

    private static long SegmentsReceived(Arena arena) => arena.Network.OnClient(() => TcpCounters.Read().SegmentsReceived ?? 0);

    private static void Set(Arena arena, string value) => arena.Network.OnClient(() =>
    {
        KernelSetting.Write(Setting, value);
        return true;
    });
}
