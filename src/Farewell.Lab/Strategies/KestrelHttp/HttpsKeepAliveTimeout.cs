using System.Security.Authentication;
using Farewell.Lab.Running;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class HttpsKeepAliveTimeout : KestrelHttpStrategy
{
    public override About About => new("kestrel-https-keep-alive-timeout", EndingSide.Server, 39)
    {
        Does = "in TLS 1.3 the client keeps its connection idle for longer than KeepAliveTimeout",
        Lesson = "As without TLS: a FIN, and the server's TIME_WAIT.",
        Expected = [Outcome.ServerHeld],
        IsSlow = true,
    };

    protected override SslProtocols Tls => SslProtocols.Tls13;

    protected override void Configure(KestrelServerOptions options) => options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1);

    protected override async Task CallAsync(LabSocket client)
    {
        var tls = await LabTls.DialAsync(client, Tls);
        await TlsStrategy.SendAsync(client, tls, RawHttp.Get());
        await TlsStrategy.ReadToEndAsync(client, tls);
        client.Close();
    }
}
