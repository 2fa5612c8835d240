using System.Security.Authentication;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class Tls13 : TlsSessionStrategy
{
    public override About About => new("session-tls13", EndingSide.Client, 17)
    {
        Does = "the client asks, says Done, reads Goodbye and departs by FIN, all of it in TLS 1.3",
        Lesson = "The session tickets are read with the goodbye, so no reset comes of them.",
        Expected = [Outcome.ClientHeld],
    };

    protected override SslProtocols Protocol => SslProtocols.Tls13;
}
