using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Farewell.Linux;

namespace Farewell.Sockets;

/// <summary>
/// The only place where connected sockets are ended, by four operations: <b>orderly</b> (FIN, drain to the other side's FIN, close), <b>abort</b>
/// (RST, nothing before), <b>unheld FIN</b> (FIN, and an RST once it is acknowledged: no TIME_WAIT; Linux) and <b>passive</b> (close after the
/// other side's FIN). Every other order of calls races: see <c>docs/decisions/0201-four-ways-to-end-a-socket.md</c>.
/// </summary>
/// <remarks>
/// Each operation takes the socket over and closes it; only <see cref="SocketEndKind.None"/> leaves it open. All but the abort lift a linger
/// of zero that the socket may have from its listener. None is for a socket on which a receive of the caller's is pending; only
/// <see cref="OrderlyAsync"/> can end that itself.
/// </remarks>
public static class EndSocket
{
    // An unheld FIN is for connections on which everything was read: what still lies there is TLS small talk or a broken peer.
    private const int UnheldDiscardLimit = 64 * 1024;

    // What a drain reads is counted and never looked at, so that all of them may read into one place.
    private static readonly byte[] Bin = GC.AllocateUninitializedArray<byte>(16 * 1024, pinned: true);

    private static readonly LingerOption NoLinger = new(false, 0);

    /// <summary>
    /// Sends a FIN behind everything sent before, reads and discards until the other side's FIN, and closes. No octet of ours is lost unless
    /// the drain has to be given up. Do it only once everything that matters was read.
    /// </summary>
    /// <param name="socket">The connection.</param>
    /// <param name="limit">The patience with the other side.</param>
    /// <param name="reads">The caller's own receive, if one is pending; ending it counts as part of the time.</param>
    /// <param name="time">The clock of the limit; the system's when null.</param>
    /// <param name="cancellation">Gives the drain up at once: the connection is aborted, nothing is thrown.</param>
    /// <returns>Never <see cref="SocketEndKind.None"/>; errors of the connection are results too.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit's time is not positive, or its octets are negative.</exception>
    public static async ValueTask<SocketEnd> OrderlyAsync(
        Socket socket, DrainLimit limit, OwnReads reads = default, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Check(limit);
        using var timeUp = new CancellationTokenSource(limit.Time, time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellation);
        var (discarded, finSent) = (0L, false);
        SocketEndKind kind;
        try
        {
            await reads.EndAsync().AsTask().WaitAsync(either.Token).ConfigureAwait(false);
            socket.LingerState = NoLinger;
            var before = StateOf(socket);
            socket.Shutdown(SocketShutdown.Send);

            // .NET swallows the ENOTCONN by which a shutdown tells that the connection was reset before.
            finSent = before != Closed;
            kind = before == CloseWait ? SocketEndKind.Passive : SocketEndKind.Orderly;
            while (await socket.ReceiveAsync(Bin, either.Token).ConfigureAwait(false) is > 0 and var count)
            {
                discarded += count;
                if (discarded > limit.Octets)
                {
                    kind = SocketEndKind.DrainOverflowed;
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            kind = cancellation.IsCancellationRequested ? SocketEndKind.DrainCancelled : SocketEndKind.DrainTimedOut;
        }
        catch (ObjectDisposedException)
        {
            kind = SocketEndKind.DrainCancelled;
        }
        catch (SocketException error)
        {
            kind = KindOf(error.SocketErrorCode, finSent);
        }

        // A FIN was not sent if the caller's receive would not end; the RST is then all that goes.
        kind = kind switch
        {
            SocketEndKind.DrainTimedOut or SocketEndKind.DrainCancelled when !finSent => SocketEndKind.Reset,
            SocketEndKind.DrainTimedOut when limit.Releases => SocketEndKind.Released,
            _ => kind,
        };
        Close(socket, abortive: kind is not (SocketEndKind.Orderly or SocketEndKind.Passive or SocketEndKind.Released));
        return new(kind, discarded);
    }

    /// <summary>
    /// Sends an RST at once and nothing before it. What was sent and not acknowledged is lost, and on Windows also what the other side had
    /// received and not read. Safe on a socket in any state.
    /// </summary>
    public static SocketEnd Abort(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Close(socket, abortive: true);
        return new(SocketEndKind.Reset);
    }

    /// <summary>
    /// Sends a FIN behind everything sent before; the kernel sends an RST once that FIN is acknowledged and forgets the connection, so that
    /// nobody keeps a TIME_WAIT. Only where the other side has proved that it read everything: a Windows peer drops unread data at the RST.
    /// </summary>
    /// <returns>
    /// <see cref="SocketEndKind.None"/> where the kernel offers no such thing (anything but Linux): the socket is then as before.
    /// <see cref="SocketEndKind.Passive"/> if the other side's FIN was here already; <see cref="SocketEndKind.Reset"/> if more than 64 KiB lay
    /// unread, over which no kernel closes with a FIN.
    /// </returns>
    /// <exception cref="InvalidOperationException">
    /// A FIN was sent before (<see cref="Socket.Shutdown"/>): the other side's may then arrive before the option takes effect, and begin a TIME_WAIT.
    /// </exception>
    public static SocketEnd UnheldFin(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (!OperatingSystem.IsLinux())
        {
            return default;
        }

        SocketEnd end;
        var held = false;
        try
        {
            // A reference, so that nobody else's dispose lets the number go to another socket meanwhile.
            socket.SafeHandle.DangerousAddRef(ref held);
            end = PrepareUnheldFin((int)socket.SafeHandle.DangerousGetHandle());
        }
        catch (ObjectDisposedException)
        {
            return new(SocketEndKind.DrainCancelled);
        }
        finally
        {
            if (held)
            {
                socket.SafeHandle.DangerousRelease();
            }
        }

        if (end.Kind != SocketEndKind.None)
        {
            Close(socket, abortive: end.Kind == SocketEndKind.Reset);
        }

        return end;
    }

    /// <summary>Closes after the other side's FIN was read: our FIN goes behind everything sent before, and the TIME_WAIT is theirs.</summary>
    /// <returns><see cref="SocketEndKind.Passive"/>, or how the connection had been lost.</returns>
    /// <exception cref="InvalidOperationException">
    /// The end of the stream has not come or data lies unread before it; closing would be no passive end, and over unread data an RST.
    /// </exception>
    public static SocketEnd Passive(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        SocketEndKind kind;
        try
        {
            var atEnd = socket.Poll(0, SelectMode.SelectRead) && socket.Receive(stackalloc byte[1], SocketFlags.Peek) == 0;
            kind = atEnd ? SocketEndKind.Passive : throw NotAtEnd();
            socket.LingerState = NoLinger;
        }
        catch (SocketException error)
        {
            kind = KindOf(error.SocketErrorCode, finSent: false);
        }
        catch (ObjectDisposedException)
        {
            return new(SocketEndKind.DrainCancelled);
        }

        Close(socket, abortive: false);
        return new(kind);
    }

    /// <summary>As <see cref="OrderlyAsync"/>, for an event loop: sends the FIN and leaves the drain to <see cref="ContinueOrderly"/>.</summary>
    /// <param name="descriptor">The connection; it belongs to the drain from now on.</param>
    /// <param name="octets">As <see cref="DrainLimit.Octets"/>.</param>
    /// <param name="deadline">When the patience ends, in the loop's own unit of time.</param>
    [SupportedOSPlatform("linux")]
    public static OrderlyDrain BeginOrderly(int descriptor, long octets, long deadline)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(octets);
        LiftLinger(descriptor);
        var peerFirst = StateOf(descriptor) == CloseWait;

        // It fails only on a connection that is already lost; how, the first receive tells.
        var finSent = Libc.Shutdown(descriptor, Libc.SHUT_WR) == 0;
        return new() { Descriptor = descriptor, Octets = octets, Deadline = deadline, PeerFirst = peerFirst, FinSent = finSent };
    }

    /// <summary>Goes on with a drain: when the descriptor is readable, at the deadline, or to give it up. Never blocks.</summary>
    /// <param name="drain">What <see cref="BeginOrderly"/> returned.</param>
    /// <param name="now">The loop's time; <see cref="long.MaxValue"/> gives the drain up.</param>
    /// <returns><see cref="SocketEndKind.None"/> while it goes on; anything else and the descriptor is closed.</returns>
    [SupportedOSPlatform("linux")]
    public static SocketEnd ContinueOrderly(ref OrderlyDrain drain, long now)
    {
        var outcome = Discard(drain.Descriptor, drain.Octets - drain.Discarded, out var count);
        drain.Discarded += count;
        var kind = outcome switch
        {
            0 => drain.PeerFirst ? SocketEndKind.Passive : SocketEndKind.Orderly,
            Overflow => SocketEndKind.DrainOverflowed,
            Libc.EAGAIN when now < drain.Deadline => SocketEndKind.None,
            Libc.EAGAIN => SocketEndKind.DrainTimedOut,
            var errno => KindOf(errno, drain.FinSent),
        };
        if (kind != SocketEndKind.None)
        {
            Close(drain.Descriptor, abortive: kind is not (SocketEndKind.Orderly or SocketEndKind.Passive));
        }

        return new(kind, drain.Discarded);
    }

    /// <inheritdoc cref="Abort(Socket)"/>
    [SupportedOSPlatform("linux")]
    public static SocketEnd Abort(int descriptor)
    {
        Close(descriptor, abortive: true);
        return new(SocketEndKind.Reset);
    }

    /// <inheritdoc cref="UnheldFin(Socket)"/>
    [SupportedOSPlatform("linux")]
    public static SocketEnd UnheldFin(int descriptor)
    {
        var end = PrepareUnheldFin(descriptor);
        if (end.Kind != SocketEndKind.None)
        {
            Close(descriptor, abortive: end.Kind == SocketEndKind.Reset);
        }

        return end;
    }

    /// <inheritdoc cref="Passive(Socket)"/>
    [SupportedOSPlatform("linux")]
    public static SocketEnd Passive(int descriptor)
    {
        var kind = Receive(descriptor, stackalloc byte[1], Libc.MSG_PEEK) switch
        {
            0 => SocketEndKind.Passive,
            > 0 or -Libc.EAGAIN => throw NotAtEnd(),
            var errno => KindOf(-errno, finSent: false),
        };
        LiftLinger(descriptor);
        Close(descriptor, abortive: false);
        return new(kind);
    }

    // Numbers of include/net/tcp_states.h, as tcp_info.tcpi_state has them.
    private const int FinWait1 = 4;
    private const int FinWait2 = 5;
    internal const int Closed = 7;
    private const int CloseWait = 8;
    private const int Closing = 11;

    private const int Overflow = -1;

    [SupportedOSPlatform("linux")]
    private static SocketEnd PrepareUnheldFin(int descriptor)
    {
        if (StateOf(descriptor) is FinWait1 or FinWait2 or Closing)
        {
            throw new InvalidOperationException(
                "An unheld FIN allows no Shutdown before it: the other side's FIN may already be on its way to begin a TIME_WAIT. Use OrderlyAsync.");
        }

        if (Libc.SetSocketOption(descriptor, Libc.IPPROTO_TCP, Libc.TCP_LINGER2, [-1], sizeof(int)) < 0)
        {
            return default;
        }

        LiftLinger(descriptor);
        var outcome = Discard(descriptor, UnheldDiscardLimit, out var discarded);
        return new(
            outcome switch
            {
                0 => SocketEndKind.Passive,
                Libc.EAGAIN => SocketEndKind.UnheldFin,
                Overflow => SocketEndKind.Reset,
                var errno => KindOf(errno, finSent: false),
            },
            discarded);
    }

    /// <summary>Reads what is there: 0 at the end of the stream, EAGAIN when there is no more, <see cref="Overflow"/>, or an errno.</summary>
    [SupportedOSPlatform("linux")]
    private static int Discard(int descriptor, long atMost, out long discarded)
    {
        discarded = 0;
        while (true)
        {
            // TCP throws MSG_TRUNC data away without copying it (tcp(7)).
            var count = Receive(descriptor, Bin, Libc.MSG_TRUNC);
            if (count <= 0)
            {
                return -count;
            }

            discarded += count;
            if (discarded > atMost)
            {
                return Overflow;
            }
        }
    }

    /// <summary>One receive that never waits: what it returned, or the errno, negative.</summary>
    [SupportedOSPlatform("linux")]
    private static int Receive(int descriptor, Span<byte> into, int flags)
    {
        while (true)
        {
            var count = Libc.Receive(descriptor, into, (nuint)into.Length, flags | Libc.MSG_DONTWAIT);
            if (count >= 0)
            {
                return (int)count;
            }

            if (Marshal.GetLastPInvokeError() is not Libc.EINTR and var errno)
            {
                return -errno;
            }
        }
    }

    /// <summary>The state as Linux numbers it; elsewhere CLOSE-WAIT if the other side's FIN has come and nothing lies unread before it, or 0.</summary>
    internal static int StateOf(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Receive(stackalloc byte[1], SocketFlags.Peek) == 0 ? CloseWait : 0;
        }

        Span<byte> state = stackalloc byte[1];
        socket.GetRawSocketOption(Libc.IPPROTO_TCP, Libc.TCP_INFO, state);
        return state[0];
    }

    [SupportedOSPlatform("linux")]
    private static int StateOf(int descriptor)
    {
        Span<int> info = [0];
        uint octets = 1;
        return Libc.GetSocketOption(descriptor, Libc.IPPROTO_TCP, Libc.TCP_INFO, info, ref octets) < 0 ? 0 : info[0] & 0xff;
    }

    [SupportedOSPlatform("linux")]
    private static void LiftLinger(int descriptor) =>
        _ = Libc.SetSocketOption(descriptor, Libc.SOL_SOCKET, Libc.SO_LINGER, [0, 0], 2 * sizeof(int));

    private static SocketEndKind KindOf(SocketError error, bool finSent) => error switch
    {
        SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable => SocketEndKind.PeerGone,
        SocketError.OperationAborted or SocketError.Interrupted => finSent ? SocketEndKind.DrainCancelled : SocketEndKind.Reset,
        _ => finSent ? SocketEndKind.ResetByPeerAfterFin : SocketEndKind.ResetByPeer,
    };

    [SupportedOSPlatform("linux")]
    private static SocketEndKind KindOf(int errno, bool finSent) => errno switch
    {
        Libc.ETIMEDOUT or Libc.EHOSTUNREACH or Libc.ENETUNREACH => SocketEndKind.PeerGone,
        _ => finSent ? SocketEndKind.ResetByPeerAfterFin : SocketEndKind.ResetByPeer,
    };

    private static InvalidOperationException NotAtEnd() => new(
        "The other side's FIN has not been read: a passive end has to wait for it. To end first, use OrderlyAsync, UnheldFin or Abort.");

    private static void Check(DrainLimit limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit.Time, TimeSpan.Zero, nameof(limit));
        ArgumentOutOfRangeException.ThrowIfNegative(limit.Octets, nameof(limit));
    }

    private static void Close(Socket socket, bool abortive)
    {
        if (abortive)
        {
            socket.Close(0);
        }
        else
        {
            socket.Dispose();
        }
    }

    [SupportedOSPlatform("linux")]
    private static void Close(int descriptor, bool abortive)
    {
        if (abortive)
        {
            _ = Libc.SetSocketOption(descriptor, Libc.SOL_SOCKET, Libc.SO_LINGER, [1, 0], 2 * sizeof(int));
        }

        // Never again after EINTR: Linux has let the number go by then, and another socket may have it (close(2)).
        _ = Libc.Close(descriptor);
    }
}
