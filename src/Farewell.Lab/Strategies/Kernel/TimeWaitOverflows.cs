using Farewell.Lab.Networks.Linux;
using Farewell.Lab.Running;
using Farewell.Observation;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class TimeWaitOverflows : SocketStrategy
{
    private const string Setting = "net.ipv4.tcp_max_tw_buckets";

    public override StrategyGroup Group => StrategyGroup.Kernel;

    public override About About => new("time-wait-overflows", EndingSide.Client, 11)
    {
        Does = "the client closes first on a host whose limit of TIME_WAITs (tcp_max_tw_buckets) is 0",
        Lesson = "Over the limit the kernel keeps no TIME_WAIT and says so only in a counter.",
        Expected = [new(ClosedFirst.Local, How.Orderly, TimeWaitHolder.None, PeerSaw.EndOfStream)],
        RunsAlone = true,
    };

    public override bool CanChurn => false;

    public override string? WhyNot(Arena arena) => arena.Network.IsPrivate ? null : "changes a setting, which only a private network allows";

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Close();
    }

    public override async Task RunAsync(Arena arena)
    {
        var before = Exchange(arena, "0");
        try
        {
            var counted = Overflows(arena);
            await base.RunAsync(arena);
            using var tables = new Witnesses.TableWitness(arena.Network, arena.Port);
            await tables.SettleAsync(arena.Cancellation);
            arena.TimeWaitOverflowed = Overflows(arena) - counted == arena.ConnectionCount;
        }
        finally
        {
            Exchange(arena, before);
        }
    }

    private static long Overflows(Arena arena) => arena.Network.OnClient(() => TcpCounters.Read().TimeWaitOverflows ?? 0);

    private static string Exchange(Arena arena, string value) => arena.Network.OnClient(() =>
    {
        var before = KernelSetting.Read(Setting);
        KernelSetting.Write(Setting, value);
        return before;
    });
}
