using Farewell.Lab.Running;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class Http2KeepAliveTimeout : KestrelHttpStrategy
{
    public override About About => new("kestrel-http2-keep-alive-timeout", EndingSide.Server, 36)
    {
        Does = "an HTTP/2 connection is idle for longer than KeepAliveTimeout; Kestrel says GOAWAY and closes",
        Lesson = "Kestrel does not wait for what its GOAWAY asks for: it closes first.",
        Expected = [Outcome.ServerHeld],
        IsSlow = true,
    };

    protected override HttpProtocols Protocols => HttpProtocols.Http2;

    /// <summary>The preface and a request.</summary>
    protected virtual ReadOnlyMemory<byte> Request => RawHttp2.Get;

    protected override void Configure(KestrelServerOptions options) => options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1);

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(Request);
        await client.ReadResponseAsync();
        await EndAsync(client);
    }

    /// <summary>How the client ends once it has the response.</summary>
    protected virtual async Task EndAsync(LabSocket client)
    {
        await client.ReadToEndAsync();
        client.Close();
    }
}
