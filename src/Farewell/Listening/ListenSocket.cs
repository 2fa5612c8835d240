using System.Net;
using System.Net.Sockets;

namespace Farewell.Listening;

/// <summary>Makes listeners, or takes over those that another process made.</summary>
/// <remarks>
/// <c>ReuseAddress</c> is never set: in .NET it is SO_REUSEPORT too, by which a second server would silently share the port. It is not needed either: .NET's
/// Bind sets SO_REUSEADDR on Unix by itself, so that TIME_WAITs and open connections of an earlier process are no obstacle.
/// </remarks>
public static class ListenSocket
{
    /// <summary>Binds and listens. IPv6's any address takes IPv4 connections too.</summary>
    /// <param name="endPoint">Where; port 0 lets the kernel choose one.</param>
    /// <param name="options">How; the defaults when null.</param>
    /// <exception cref="ListenException">The address is taken, not this machine's, or not permitted.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The backlog is less than 1.</exception>
    public static Socket Bind(IPEndPoint endPoint, ListenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Backlog, 1, nameof(options));
        Socket? listener = null;
        try
        {
            listener = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (OperatingSystem.IsWindows())
            {
                // Without it another process may bind the same port with SO_REUSEADDR and take over connections.
                listener.ExclusiveAddressUse = true;
            }

            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                listener.DualMode = true;
            }

            listener.Bind(endPoint);
            SetCrashEnding(listener, options.OnCrash);
            listener.Listen(options.Backlog);
            return listener;
        }
        catch (SocketException refused)
        {
            listener?.Dispose();
            throw new ListenException(Explain(endPoint, refused), refused);
        }
    }

    /// <summary>Takes over a listener that is already listening: an inherited one, or one handed over.</summary>
    /// <param name="handle">Belongs to the socket that is returned; after an exception it is still the caller's.</param>
    /// <param name="options">How; the defaults when null. Its linger is set either way, since whoever had the listener before may have set it.</param>
    /// <exception cref="ListenException">It is no listening TCP socket; the message says what it is instead.</exception>
    public static Socket Adopt(SafeSocketHandle handle, ListenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (OperatingSystem.IsLinux())
        {
            InheritedListener.Check((int)handle.DangerousGetHandle());
        }

        try
        {
            var listener = new Socket(handle);
            if (listener.SocketType != SocketType.Stream || (int)listener.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)! == 0)
            {
                throw new ListenException("The socket handed over does not listen for TCP connections.");
            }

            SetCrashEnding(listener, (options ?? new()).OnCrash);
            return listener;
        }
        catch (SocketException refused)
        {
            throw new ListenException($"The handle is no socket to listen on: {refused.Message}.", refused);
        }
    }

    private static void SetCrashEnding(Socket listener, CrashEnding onCrash) => listener.LingerState = new(onCrash == CrashEnding.Reset, 0);

    private static string Explain(IPEndPoint endPoint, SocketException refused) => refused.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"Another socket has {endPoint}. TIME_WAITs are not the cause, they never keep a listener out. Find it with: ss -tlnp 'sport = :{endPoint.Port}'.",
        SocketError.AddressNotAvailable => $"{endPoint.Address} is not an address of this machine. See: ip address.",
        SocketError.AccessDenied =>
            $"This process may not listen on {endPoint}: ports below net.ipv4.ip_unprivileged_port_start (1024) need CAP_NET_BIND_SERVICE, "
            + "or a listener inherited from systemd.",
        SocketError.TooManyOpenSockets => $"No file descriptor is left to listen on {endPoint}: raise RLIMIT_NOFILE (ulimit -n, LimitNOFILE=).",
        _ => $"Could not listen on {endPoint}: {refused.Message}.",
    };
}
