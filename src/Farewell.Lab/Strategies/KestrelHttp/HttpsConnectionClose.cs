using System.Net.Security;
using System.Security.Authentication;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class HttpsConnectionClose : KestrelHttpStrategy
{
    public override About About => new("kestrel-https-connection-close", EndingSide.Server, 38)
    {
        Does = "in TLS 1.3 the client asks with Connection: close and waits for the server to close",
        Lesson = "TLS changes nothing: Kestrel says no close_notify, and its FIN comes first.",
        Expected = [Outcome.ServerHeld],
    };

    protected override SslProtocols Tls => SslProtocols.Tls13;

    protected override async Task CallAsync(LabSocket client)
    {
        var tls = await LabTls.DialAsync(client, Tls);
        await TlsStrategy.SendAsync(client, tls, RawHttp.Get("Connection: close"));
        await EndAsync(client, tls);
    }

    /// <summary>How the client reads the response, and ends.</summary>
    protected virtual async Task EndAsync(LabSocket client, SslStream tls)
    {
        await TlsStrategy.ReadToEndAsync(client, tls);
        client.Close();
    }
}
