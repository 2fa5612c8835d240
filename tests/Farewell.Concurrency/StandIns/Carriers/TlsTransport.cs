using System.Net.Security;
using Farewell.Sockets;

namespace Farewell.Carriers;

/// <summary>TLS needs a kernel's socket: not explored.</summary>
internal static class TlsTransport
{
    public static Transport Serve(Socket socket, SslServerAuthenticationOptions options, DrainLimit drain, TimeProvider clock) => throw new NotSupportedException("TLS is not explored.");

    public static Transport Dial(Socket socket, SslClientAuthenticationOptions options, DrainLimit drain, TimeProvider clock) => throw new NotSupportedException("TLS is not explored.");
}
