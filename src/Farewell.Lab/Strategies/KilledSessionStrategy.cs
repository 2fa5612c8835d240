using Farewell.Lab.Running;
using Farewell.Listening;

namespace Farewell.Lab.Strategies;

/// <summary>A strategy whose session server is a process of its own, which is killed while its sessions are idle. Its clients' reports are witnesses; it makes none.</summary>
internal abstract class KilledSessionStrategy : LeaverStrategy
{
    /// <summary>What the kernel is to do with the connections of the dead.</summary>
    protected abstract CrashEnding OnCrash { get; }

    public sealed override async Task RunAsync(Arena arena)
    {
        await using var server = await ChildProcess.ServeSessionsAsync(arena, OnCrash);
        await arena.WatchAsync(server.Port);
        List<(FarewellSession Session, LabConnection Connection)> idle = [];
        while (idle.Count < arena.ConnectionCount)
        {
            idle.Add(await DialAsync(arena));
            await AskAsync(idle[^1].Session);
        }

        await server.KillAsync();
        await Arena.AllAsync(idle.Select(one => ReportedAsync(one.Session, one.Connection)));
    }
}
