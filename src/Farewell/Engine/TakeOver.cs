using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Linux;
using Farewell.Tcp;

namespace Farewell.Engine;

/// <summary>Takes a connection from .NET to an event loop.</summary>
[SupportedOSPlatform("linux")]
internal static class TakeOver
{
    /// <summary>The same connection under another descriptor; the socket is let go of, by which nothing goes to the peer.</summary>
    /// <remarks>
    /// A socket that .NET connected asynchronously is in the epoll instance of its runtime too, which nothing takes out: each turn of the connection then wakes that thread as well, in
    /// vain. One connected synchronously costs nothing more.
    /// </remarks>
    /// <exception cref="SocketException">No descriptor is left, or the socket is not connected. It is as before.</exception>
    public static (int Descriptor, Endpoint Remote) From(Socket socket)
    {
        var descriptor = DuplicateRaw(socket);
        if (SocketAddress.RemoteOf(descriptor) is not { } remote)
        {
            _ = Libc.Close(descriptor);
            throw new SocketException((int)SocketError.NotConnected);
        }

        _ = Libc.SetSocketOption(descriptor, Libc.IPPROTO_TCP, Libc.TCP_NODELAY, [1], sizeof(int));
        socket.Dispose();
        return (descriptor, remote);
    }

    /// <summary>Another descriptor of a socket, which has its own.</summary>
    /// <exception cref="SocketException">No descriptor is left.</exception>
    public static SafeSocketHandle Duplicate(Socket socket) => new(DuplicateRaw(socket), ownsHandle: true);

    private static int DuplicateRaw(Socket socket)
    {
        var descriptor = Libc.Control((int)socket.SafeHandle.DangerousGetHandle(), Libc.F_DUPFD_CLOEXEC, 0);
        return descriptor >= 0 ? descriptor : throw new SocketException((int)SocketError.TooManyOpenSockets);
    }
}
