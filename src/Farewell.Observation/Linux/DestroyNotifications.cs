using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Farewell.Tcp;

namespace Farewell.Observation.Linux;

/// <summary>
/// The kernel's own notice of each socket that it destroys (<c>SKNLGRP_INET_TCP_DESTROY</c>, what <c>ss -E</c> shows), in the network namespace of
/// the thread that opens it. Nearly free: one message of 380 octets a socket. It says that a connection is over, not how: the state is always
/// CLOSED, an aborted connection has no remote port any more, and nothing is said of TIME-WAITs. Linux 6.18 lets anybody join; a kernel or a policy
/// that wants CAP_NET_ADMIN says so.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class DestroyNotifications : IDisposable
{
    /// <summary>How much the kernel may queue for a slow reader: 8 MiB, some 20,000 messages.</summary>
    public const int QueueOctets = 8 << 20;

    private static readonly nint[] Wait = [0, 200_000]; // struct timeval: so often a reader looks whether to stop
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Descriptor _socket;

    private DestroyNotifications(Descriptor socket) => _socket = socket;

    /// <summary>Notices received.</summary>
    public long Received { get; private set; }

    /// <summary>
    /// How often the kernel's queue overflowed. How many notices each time lost is not told, so that any number but zero means: incomplete.
    /// </summary>
    public long Overflows { get; private set; }

    /// <summary>Begins: every socket destroyed from now on is noticed, or the overflow is counted.</summary>
    /// <exception cref="ObservationException">Not permitted, or not offered by this kernel.</exception>
    public static DestroyNotifications Open() => Open(QueueOctets);

    internal static DestroyNotifications Open(int queueOctets)
    {
        var descriptor = Libc.Socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, Libc.NETLINK_SOCK_DIAG);
        if (descriptor < 0)
        {
            throw Refused();
        }

        var socket = new Descriptor(descriptor);

        // Without CAP_NET_ADMIN in the first user namespace the queue stays as net.core.rmem_default has it.
        _ = Libc.SetSocketOption(socket, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, [queueOctets], sizeof(int));
        if (Libc.SetSocketOption(socket, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, Wait, (uint)(2 * nint.Size)) < 0
            || Libc.Bind(socket, [Libc.AF_NETLINK, 0, Libc.SKNLGRP_INET_TCP_DESTROY_BIT], 12) < 0)
        {
            var refused = Refused();
            socket.Dispose();
            throw refused;
        }

        return new(socket);
    }

    /// <summary>Waits at most 0.2 s for notices and gives them to the visitor; false when there were none.</summary>
    /// <exception cref="ObservationException">The kernel failed, or its message made no sense.</exception>
    public bool Read(ConnectionVisitor visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        var length = Libc.Receive(_socket, _buffer, (nuint)_buffer.Length, 0);
        if (length < 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EAGAIN or Errno.EINTR:
                    return false;
                case Errno.ENOBUFS:
                    Overflows++;
                    return true;
                default:
                    throw Refused();
            }
        }

        Visit(_buffer.AsSpan(0, (int)length), visitor);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Visit(ReadOnlySpan<byte> messages, ConnectionVisitor visitor)
    {
        while (messages.Length >= SockDiag.MessageHeaderLength)
        {
            var length = (int)Math.Min(MemoryMarshal.Read<uint>(messages), (uint)messages.Length);
            if (length >= SockDiag.MessageHeaderLength + SockDiag.RowLength && MemoryMarshal.Read<ushort>(messages[4..]) == SockDiag.SOCK_DIAG_BY_FAMILY
                && DiagRow.TryRead(messages[SockDiag.MessageHeaderLength..length], out var connection) && connection.State == TcpState.Closed)
            {
                Received++;
                visitor(connection);
            }

            messages = messages[Math.Min(Math.Max((length + 3) & ~3, SockDiag.MessageHeaderLength), messages.Length)..];
        }
    }

    private static ObservationException Refused() => Marshal.GetLastPInvokeError() is Errno.EPERM or Errno.EACCES
        ? new(ObservationFailure.NotPermitted, "Notices of destroyed sockets need CAP_NET_ADMIN.", "Run as root, or under: unshare -Urn COMMAND.")
        : new(ObservationFailure.Unsupported, $"The kernel gives no notices of destroyed sockets: {Marshal.GetLastPInvokeErrorMessage()}.");
}
