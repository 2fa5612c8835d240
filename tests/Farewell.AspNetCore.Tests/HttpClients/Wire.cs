using System.Net.Security;
using System.Security.Authentication;

namespace Farewell.AspNetCore.Tests.HttpClients;

/// <summary>What is spoken: HTTP's version, and the TLS below it.</summary>
public sealed record Wire(string Name, int Http, SslProtocols Tls)
{
    public static readonly Wire[] All =
    [
        new("http/1.1", 1, SslProtocols.None),
        new("http/1.1 over TLS 1.2", 1, SslProtocols.Tls12),
        new("http/1.1 over TLS 1.3", 1, SslProtocols.Tls13),
        new("http/2", 2, SslProtocols.None),
        new("http/2 over TLS 1.2", 2, SslProtocols.Tls12),
        new("http/2 over TLS 1.3", 2, SslProtocols.Tls13),
    ];

    public static TheoryData<string> Names => [.. All.Select(wire => wire.Name)];

    public string Scheme => Tls == SslProtocols.None ? "http" : "https";

    public Version Version => new(Http, Http == 1 ? 1 : 0);

    public static Wire Named(string name) => All.Single(wire => wire.Name == name);

    public SslClientAuthenticationOptions Client => new() { EnabledSslProtocols = Tls, RemoteCertificateValidationCallback = static (_, _, _, _) => true };
}
