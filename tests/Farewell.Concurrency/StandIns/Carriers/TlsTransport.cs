using System.Net.Security;

namespace Farewell.Carriers;

/// <summary>TLS itself is not explored; what it stands on (<see cref="CipherStream"/>) is.</summary>
internal static class TlsTransport
{
    public static Transport Serve(Transport inner, SslServerAuthenticationOptions options, TimeSpan patience, TimeProvider clock) => throw new NotSupportedException("TLS is not explored.");

    public static Transport Dial(Transport inner, SslClientAuthenticationOptions options, TimeSpan patience, TimeProvider clock) => throw new NotSupportedException("TLS is not explored.");
}
