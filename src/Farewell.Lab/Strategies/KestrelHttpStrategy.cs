using System.Security.Authentication;
using Farewell.AspNetCore;
using Farewell.Lab.Running;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Farewell.Lab.Strategies;

/// <summary>A strategy of Kestrel's HTTP server. The client is a plain socket that speaks HTTP, so that what it saw is known.</summary>
internal abstract class KestrelHttpStrategy : Strategy
{
    public override StrategyGroup Group => StrategyGroup.KestrelHttp;

    /// <summary>The options of <c>UseFarewell</c>; null without it.</summary>
    protected virtual FarewellHttpOptions? Farewell => null;

    protected virtual HttpProtocols Protocols => HttpProtocols.Http1;

    /// <summary>The TLS below HTTP.</summary>
    protected virtual SslProtocols Tls => SslProtocols.None;

    protected virtual void Configure(KestrelServerOptions options)
    {
    }

    /// <summary>The application.</summary>
    protected virtual async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentLength = LabSocket.Reply.Length;
        await context.Response.Body.WriteAsync(LabSocket.Reply, context.RequestAborted);
    }

    protected abstract Task CallAsync(LabSocket client);

    /// <summary>What happens to the server while the connections last.</summary>
    protected virtual Task MeanwhileAsync(LabKestrel kestrel, Arena arena) => Task.CompletedTask;

    public override async Task RunAsync(Arena arena)
    {
        var kestrel = arena.Keep(await StartAsync(arena));
        List<Task> work = [];
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            var client = await arena.ConnectAsync();
            work.Add(Task.Run(() => CallAsync(client)));
        }

        await Task.WhenAll([.. work, MeanwhileAsync(kestrel, arena)]);
    }

    protected Task<LabKestrel> StartAsync(Arena arena) => LabKestrel.StartHttpAsync(arena, Configure, HandleAsync, Protocols, Tls, Farewell);
}
