using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies;

/// <summary>A strategy of Farewell's own server, which stays, and of clients that leave. How a session begins and ends is overridden.</summary>
internal abstract class SessionStrategy : LeaverStrategy
{
    public sealed override async Task RunAsync(Arena arena)
    {
        var options = new FarewellServerOptions { Listener = await arena.ListenAsync(), Limits = Limits, Ended = (_, report) => NoteServer(report) };
        Configure(options);
        await using var server = FarewellServer.Start(options, HandleAsync);
        await RunAsync(arena, server);
        await AllReportedAsync(arena);
    }

    /// <summary>What the server is to do beyond the ordinary.</summary>
    protected virtual void Configure(FarewellServerOptions options)
    {
    }

    /// <summary>Opens, uses and ends the connections.</summary>
    protected virtual Task RunAsync(Arena arena, FarewellServer server) => DialAllAsync(arena);
}
