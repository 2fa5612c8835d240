using System.Net.Security;
using System.Security.Authentication;
using Farewell.Lab.Running;
using Farewell.Samples.Endings;

namespace Farewell.Lab.Strategies.Gallery;

internal sealed class CopyLeaveTls : TlsStrategy
{
    public override StrategyGroup Group => StrategyGroup.Gallery;

    public override About About => new("copy-leave-tls", EndingSide.Client, 8)
    {
        Does = "a TLS 1.3 client runs LeaveTls: close_notify, a FIN, read to the end, dispose",
        Lesson = "Reading to the end takes the session tickets out of the reset's way.",
        Sample = "LeaveTls.cs",
        Expected = [Outcome.ClientHeld],
    };

    protected override SslProtocols Protocol => SslProtocols.Tls13;

    protected override async Task CallAsync(LabSocket client, SslStream tls)
    {
        await SendAsync(client, tls, LabSocket.Request);
        client.NoteClosed();
        await LeaveTls.EndAsync(tls, client.Socket, TimeSpan.FromSeconds(10));
    }
}
