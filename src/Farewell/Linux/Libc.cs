using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Farewell.Linux;

/// <summary>
/// The system calls on raw descriptors that an event loop and an inherited listener need. Constants from the kernel's <c>include/uapi</c>.
/// None that can enter the network stack suppresses the GC transition.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class Libc
{
    public const int SOL_SOCKET = 1;
    public const int SO_TYPE = 3;
    public const int SO_LINGER = 13;
    public const int SO_ACCEPTCONN = 30;
    public const int SO_DOMAIN = 39;
    public const int SO_ERROR = 4;
    public const int SOCK_STREAM = 1;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int IPPROTO_TCP = 6;
    public const int TCP_NODELAY = 1;
    public const int TCP_LINGER2 = 8;
    public const int TCP_INFO = 11;
    public const int SHUT_WR = 1;
    public const int MSG_PEEK = 0x2;
    public const int MSG_TRUNC = 0x20;
    public const int MSG_DONTWAIT = 0x40;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int F_GETFD = 1;
    public const int F_SETFD = 2;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int FD_CLOEXEC = 1;
    public const int CLOCK_MONOTONIC_COARSE = 6;

    public const int EINTR = 4;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int EPIPE = 32;
    public const int ENOTSOCK = 88;
    public const int ECONNRESET = 104;
    public const int ENOTCONN = 107;
    public const int ETIMEDOUT = 110;
    public const int EHOSTUNREACH = 113;
    public const int ENETUNREACH = 101;
    public const int EINPROGRESS = 115;

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, Span<byte> data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int descriptor, Span<byte> address, ref uint octets, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, ReadOnlySpan<byte> address, uint octets);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetLocalAddress(int descriptor, Span<byte> address, ref uint octets);

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    public static partial int GetRemoteAddress(int descriptor, Span<byte> address, ref uint octets);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int descriptor, int level, int name, ReadOnlySpan<int> value, uint octets);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetSocketOption(int descriptor, int level, int name, Span<int> value, ref uint octets);

    /// <summary>The kernel's monotonic clock as it stood at its last tick. Of 64-bit processes only: the fields of a time are pointers wide there.</summary>
    public static TimeSpan CoarseTime
    {
        get
        {
            Span<long> time = stackalloc long[2];
            _ = GetTime(CLOCK_MONOTONIC_COARSE, time);
            return new TimeSpan(time[0] * TimeSpan.TicksPerSecond + time[1] / TimeSpan.NanosecondsPerTick);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime"), SuppressGCTransition]
    private static partial int GetTime(int clock, Span<long> secondsAndNanoseconds);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, int argument);
}
