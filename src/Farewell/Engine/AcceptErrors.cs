using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Linux;

namespace Farewell.Engine;

/// <summary>From the errors of accept4(2) to those that <see cref="Listening.AcceptFailures"/> sorts.</summary>
[SupportedOSPlatform("linux")]
internal static class AcceptErrors
{
    private const int EPERM = 1;
    private const int ENOMEM = 12;
    private const int EFAULT = 14;
    private const int EINVAL = 22;
    private const int ENFILE = 23;
    private const int EMFILE = 24;
    private const int EPROTO = 71;
    private const int ENOPROTOOPT = 92;
    private const int EOPNOTSUPP = 95;
    private const int ENETDOWN = 100;
    private const int ECONNABORTED = 103;
    private const int ENOBUFS = 105;
    private const int EHOSTDOWN = 112;

    public static SocketError Of(int errno) => errno switch
    {
        Libc.EAGAIN => SocketError.WouldBlock,
        Libc.EINTR => SocketError.Interrupted,
        ECONNABORTED => SocketError.ConnectionAborted,
        Libc.ECONNRESET => SocketError.ConnectionReset,
        EPERM => SocketError.AccessDenied,
        EPROTO or ENOPROTOOPT => SocketError.ProtocolOption,
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
