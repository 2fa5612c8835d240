using System.Security.Authentication;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class Tls12 : TlsSessionStrategy
{
    public override About About => new("session-tls12", EndingSide.Client, 16)
    {
        Does = "the client asks, says Done, reads Goodbye and departs by FIN, all of it in TLS 1.2",
        Lesson = "In TLS the goodbye is authenticated, and close_notify and FIN only follow it.",
        Expected = [Outcome.ClientHeld],
    };

    protected override SslProtocols Protocol => SslProtocols.Tls12;
}
