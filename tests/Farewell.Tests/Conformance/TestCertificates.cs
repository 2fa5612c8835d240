using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Farewell.Tests.Conformance;

/// <summary>Certificates made for a run of the tests.</summary>
internal static class TestCertificates
{
    public static readonly X509Certificate2 Server = Make("farewell.test");

    public static readonly X509Certificate2 Client = Make("a client");

    public static SslServerAuthenticationOptions Serve(SslProtocols protocol) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(Server, null, offline: true),
        EnabledSslProtocols = protocol,
    };

    public static SslClientAuthenticationOptions Dial(SslProtocols protocol) => new()
    {
        TargetHost = "farewell.test",
        EnabledSslProtocols = protocol,
        RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is X509Certificate2 shown && shown.Thumbprint == Server.Thumbprint,
    };

    private static X509Certificate2 Make(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("farewell.test");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
