using Farewell.Lab.Running;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class RequestHeadersTimeout : KestrelHttpStrategy
{
    public override About About => new("kestrel-headers-timeout", EndingSide.Server, 32)
    {
        Does = "the client sends half a request head and no more, and after 1 s Kestrel answers 408 and closes",
        Lesson = "Even the slowest client is let go by a FIN, and the server keeps the TIME_WAIT.",
        Expected = [Outcome.ServerHeld],
        IsSlow = true,
    };

    protected override void Configure(KestrelServerOptions options) => options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(RawHttp.Get()[..^2]);
        await client.ReadToEndAsync();
        client.Close();
    }
}
