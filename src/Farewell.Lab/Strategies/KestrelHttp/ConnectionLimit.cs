using Farewell.Lab.Running;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class ConnectionLimit : KestrelHttpStrategy
{
    public override About About => new("kestrel-connection-limit", EndingSide.Server, 33)
    {
        Does = "one connection takes up MaxConcurrentConnections, and Kestrel closes every other as it comes",
        Lesson = "A rejected connection costs the server a FIN and a TIME_WAIT, not a reset.",
        Expected = [Outcome.ServerHeld],
    };

    protected override void Configure(KestrelServerOptions options) => options.Limits.MaxConcurrentConnections = 1;

    public override async Task RunAsync(Arena arena)
    {
        arena.Keep(await StartAsync(arena));
        var first = await arena.ConnectAsync();
        await first.SendAsync(RawHttp.Get());
        await first.ReadMessageAsync();
        for (var i = 1; i < arena.ConnectionCount; i++)
        {
            await CallAsync(await arena.ConnectToWhatMayBeOverAsync());
        }

        await first.SendAsync(RawHttp.Get("Connection: close"));
        await EndAsync(first);
    }

    /// <summary>How the one that was served ends.</summary>
    protected virtual Task EndAsync(LabSocket first) => CallAsync(first);

    protected override async Task CallAsync(LabSocket client)
    {
        await client.ReadToEndAsync();
        client.Close();
    }
}
