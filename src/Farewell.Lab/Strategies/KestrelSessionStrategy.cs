using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;

namespace Farewell.Lab.Strategies;

/// <summary>A strategy of Farewell's sessions on an endpoint of Kestrel's (<c>UseFarewell</c>), and of clients that leave.</summary>
internal abstract class KestrelSessionStrategy : LeaverStrategy
{
    public sealed override async Task RunAsync(Arena arena)
    {
        await using var kestrel = await LabKestrel.StartAsync(arena, listen => listen.UseFarewell(HandleAsync, options =>
        {
            options.Limits = Limits;
            options.Beginning = (session, _) => NoteOnceEnded(session);
        }));
        await RunAsync(arena, kestrel);
        await AllReportedAsync(arena);
    }

    /// <summary>Opens, uses and ends the connections.</summary>
    protected virtual Task RunAsync(Arena arena, LabKestrel kestrel) => DialAllAsync(arena);

    private async void NoteOnceEnded(FarewellSession session) => NoteServer(await session.Completion);
}
