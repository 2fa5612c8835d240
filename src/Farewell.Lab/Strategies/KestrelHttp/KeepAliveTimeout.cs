using Farewell.Lab.Running;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class KeepAliveTimeout : KestrelHttpStrategy
{
    public override About About => new("kestrel-keep-alive-timeout", EndingSide.Server, 28)
    {
        Does = "the client keeps its connection idle for longer than Kestrel's KeepAliveTimeout of 1 s",
        Lesson = "Kestrel closes idle connections by a FIN: let the clients' limit be the shorter one.",
        Expected = [Outcome.ServerHeld],
        IsSlow = true,
    };

    protected override void Configure(KestrelServerOptions options) => options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1);

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(RawHttp.Get());
        await client.ReadMessageAsync();
        await client.ReadToEndAsync();
        client.Close();
    }
}
