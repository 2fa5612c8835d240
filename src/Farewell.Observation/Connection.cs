using Farewell.Tcp;

namespace Farewell.Observation;

/// <summary>One row of the kernel's connection table, as a value. What the source does not tell is null.</summary>
/// <param name="Tuple">
/// Both endpoints; the remote one is all zero for <see cref="TcpState.Listen"/> and <see cref="TcpState.Closed"/>. A connection of an IPv6
/// socket with an IPv4 peer has IPv4-mapped endpoints (<see cref="Endpoint.Unmap"/>).
/// </param>
/// <param name="State">
/// The state. A closed socket's FIN-WAIT-2 is <see cref="TcpState.FinWait2"/> although the kernel keeps it like a TIME-WAIT.
/// </param>
/// <param name="Timer">The timer that runs.</param>
/// <param name="TimeLeft">
/// Until <see cref="Timer"/> expires, in steps of a millisecond, never negative; null when none runs. Linux lets a TIME-WAIT live up to 2 s
/// longer than this says (timer-wheel slack) and reads zero meanwhile (<c>idiag_expires</c>).
/// </param>
/// <param name="ReceiveQueue">Octets that the application has not read; on a listener, connections it has not accepted.</param>
/// <param name="SendQueue">Octets that the other side has not acknowledged; on a listener, the limit of its accept queue.</param>
/// <param name="Retransmits">Retransmissions (or unanswered probes) in a row by <see cref="Timer"/>, 0 to 255.</param>
/// <param name="Inode">The socket's inode, as in <c>/proc/PID/fd</c>; 0 when no socket stands behind the row.</param>
/// <param name="UserId">The owner of the socket; null also when the kernel no longer knows it, as with every TIME-WAIT.</param>
/// <param name="Cookie">The kernel's own number for the socket, which it never gives to another one until reboot.</param>
/// <param name="ProcessId">The owner where the table itself names it, as on Windows (0 for a TIME-WAIT there); null on Linux.</param>
public readonly record struct Connection(
    FourTuple Tuple,
    TcpState State,
    ConnectionTimer Timer = ConnectionTimer.None,
    TimeSpan? TimeLeft = null,
    uint? ReceiveQueue = null,
    uint? SendQueue = null,
    byte? Retransmits = null,
    uint? Inode = null,
    uint? UserId = null,
    ulong? Cookie = null,
    uint? ProcessId = null)
{
    /// <summary>Whether the application has closed its socket and the kernel finishes the connection alone.</summary>
    public bool IsOrphan => Inode == 0
        && State is (TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing or TcpState.LastAck or TcpState.TimeWait);

    /// <summary>Whether the connection waits in a listener's queue: no application has accepted it yet.</summary>
    public bool IsUnaccepted => Inode == 0 && State is (TcpState.SynReceived or TcpState.Established or TcpState.CloseWait);
}
