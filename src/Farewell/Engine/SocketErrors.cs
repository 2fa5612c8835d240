using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Linux;

namespace Farewell.Engine;

/// <summary>From the errors of socket(2), connect(2) and accept4(2) to .NET's own.</summary>
[SupportedOSPlatform("linux")]
internal static class SocketErrors
{
    public const int ENOBUFS = 105;

    private const int EPERM = 1;
    private const int ENOMEM = 12;
    private const int EACCES = 13;
    private const int EFAULT = 14;
    private const int EINVAL = 22;
    private const int ENFILE = 23;
    private const int EMFILE = 24;
    private const int EPROTO = 71;
    private const int ENOPROTOOPT = 92;
    private const int EOPNOTSUPP = 95;
    private const int EAFNOSUPPORT = 97;
    private const int EADDRINUSE = 98;
    private const int EADDRNOTAVAIL = 99;
    private const int ENETDOWN = 100;
    private const int ECONNABORTED = 103;
    private const int ECONNREFUSED = 111;
    private const int EHOSTDOWN = 112;

    public static SocketError Of(int errno) => errno switch
    {
        Libc.EAGAIN => SocketError.WouldBlock,
        Libc.EINTR => SocketError.Interrupted,
        ECONNREFUSED => SocketError.ConnectionRefused,
        ECONNABORTED => SocketError.ConnectionAborted,
        Libc.ECONNRESET => SocketError.ConnectionReset,
        EPERM or EACCES => SocketError.AccessDenied,
        EPROTO or ENOPROTOOPT => SocketError.ProtocolOption,
        EADDRINUSE => SocketError.AddressAlreadyInUse,
        EADDRNOTAVAIL => SocketError.AddressNotAvailable,
        EAFNOSUPPORT => SocketError.AddressFamilyNotSupported,
        ENETDOWN => SocketError.NetworkDown,
        Libc.ENETUNREACH => SocketError.NetworkUnreachable,
        EHOSTDOWN => SocketError.HostDown,
        Libc.EHOSTUNREACH => SocketError.HostUnreachable,
        Libc.ETIMEDOUT => SocketError.TimedOut,
        EMFILE or ENFILE => SocketError.TooManyOpenSockets,
        ENOBUFS or ENOMEM => SocketError.NoBufferSpaceAvailable,
        Libc.EBADF or Libc.ENOTSOCK => SocketError.NotSocket,
        EINVAL => SocketError.InvalidArgument,
        EOPNOTSUPP => SocketError.OperationNotSupported,
        EFAULT => SocketError.Fault,
        _ => SocketError.SocketError,
    };
}
