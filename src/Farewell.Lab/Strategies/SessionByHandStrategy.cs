using Farewell.Lab.Running;
using Farewell.Protocol.Sessions;

namespace Farewell.Lab.Strategies;

/// <summary>A strategy of Farewell's server and of clients that speak the protocol by hand, and wrongly.</summary>
internal abstract class SessionByHandStrategy : SessionStrategy
{
    /// <summary>A leaver's Hello: no idle limit, grace 10 s, hard limit 30 s, largest 4,096, window 65,536.</summary>
    protected static readonly byte[] Hello = [1, 0, 0, 28, .. "FRWL"u8, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0x27, 0x10, 0, 0, 0x75, 0x30, 0, 0, 0x10, 0, 0, 1, 0, 0];

    protected override SessionLimits Limits => base.Limits with { Grace = TimeSpan.FromMilliseconds(200), Hard = TimeSpan.FromMilliseconds(300) };

    protected sealed override async Task RunAsync(Arena arena, FarewellServer server)
    {
        List<Task> work = [];
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            var client = await DialByHandAsync(arena);
            work.Add(Task.Run(async () =>
            {
                await client.SendAsync(Hello);
                await SpeakAsync(client);
            }));
        }

        await Arena.AllAsync(work);
    }

    /// <summary>What the client does after its Hello.</summary>
    protected abstract Task SpeakAsync(LabSocket client);
}
