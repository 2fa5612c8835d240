using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Linux;

namespace Farewell.Engine;

/// <summary>From the errors of socket(2) and connect(2) to .NET's own.</summary>
[SupportedOSPlatform("linux")]
internal static class DialErrors
{
    public const int ENOBUFS = 105;

    private const int EPERM = 1;
    private const int EACCES = 13;
    private const int EINVAL = 22;
    private const int ENFILE = 23;
    private const int EMFILE = 24;
    private const int EADDRINUSE = 98;
    private const int EADDRNOTAVAIL = 99;
    private const int ECONNABORTED = 103;
    private const int ECONNREFUSED = 111;
    private const int EAFNOSUPPORT = 97;

    public static SocketError Of(int errno) => errno switch
    {
        ECONNREFUSED => SocketError.ConnectionRefused,
        // Linux: no local port is left towards this destination.
        EADDRNOTAVAIL or Libc.EAGAIN => SocketError.AddressNotAvailable,
        EADDRINUSE => SocketError.AddressAlreadyInUse,
        EMFILE or ENFILE => SocketError.TooManyOpenSockets,
        ENOBUFS => SocketError.NoBufferSpaceAvailable,
        EPERM or EACCES => SocketError.AccessDenied,
        EAFNOSUPPORT => SocketError.AddressFamilyNotSupported,
        EINVAL => SocketError.InvalidArgument,
        ECONNABORTED => SocketError.ConnectionAborted,
        Libc.ECONNRESET => SocketError.ConnectionReset,
        Libc.ETIMEDOUT => SocketError.TimedOut,
        Libc.EHOSTUNREACH => SocketError.HostUnreachable,
        Libc.ENETUNREACH => SocketError.NetworkUnreachable,
        _ => SocketError.SocketError,
    };
}
