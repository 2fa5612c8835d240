using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Farewell.Lab.Running;

/// <summary>TLS as the lab's strategies speak it: with a certificate of a day, which their clients accept unseen.</summary>
internal static class LabTls
{
    private static readonly Lazy<SslStreamCertificateContext> Certificate = new(SelfSigned);

    public static SslServerAuthenticationOptions Server(SslProtocols protocol) =>
        new() { ServerCertificateContext = Certificate.Value, EnabledSslProtocols = protocol };

    public static SslClientAuthenticationOptions Client(SslProtocols protocol) => new()
    {
        TargetHost = "lab",
        EnabledSslProtocols = protocol,
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
    };

    /// <summary>A client's handshake. The stream owns the socket.</summary>
    public static async Task<SslStream> DialAsync(LabSocket client, SslProtocols protocol)
    {
        var tls = new SslStream(new NetworkStream(client.Socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(Client(protocol), client.Cancellation);
        return tls;
    }

    private static SslStreamCertificateContext SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=lab", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        return SslStreamCertificateContext.Create(request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1)), null, offline: true);
    }
}
