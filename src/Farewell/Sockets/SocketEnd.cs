using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Sockets;

/// <summary>What one of the four operations of <see cref="EndSocket"/> did.</summary>
/// <param name="Kind">What it came to.</param>
/// <param name="Discarded">Octets that had come from the other side and that nobody read.</param>
public readonly record struct SocketEnd(SocketEndKind Kind, long Discarded = 0)
{
    /// <summary>Whether this side now holds the TIME_WAIT, as far as the socket can tell.</summary>
    public bool HoldsTimeWait => Kind is SocketEndKind.Orderly or SocketEndKind.Released;

    /// <summary>Whether a FIN was sent but the connection then had to be aborted: to be counted, since data may have been lost.</summary>
    public bool IsForced => Kind is SocketEndKind.DrainTimedOut or SocketEndKind.DrainOverflowed or SocketEndKind.DrainCancelled;

    /// <summary>The events in their order, to be added to a session's own evidence for <see cref="EndingJudge"/>; by the local side.</summary>
    /// <param name="at">When, on the session's clock.</param>
    public IEnumerable<CloseEvent> Evidence(TimeSpan at) => Kinds.Select(kind => new CloseEvent(at, Side.Local, kind));

    private CloseEventKind[] Kinds => Kind switch
    {
        SocketEndKind.Orderly => [CloseEventKind.Closed, CloseEventKind.EndOfStream],
        SocketEndKind.Passive => [CloseEventKind.EndOfStream, CloseEventKind.Closed],
        SocketEndKind.UnheldFin or SocketEndKind.Released => [CloseEventKind.Closed],
        SocketEndKind.Reset => [CloseEventKind.Aborted],
        SocketEndKind.DrainTimedOut or SocketEndKind.DrainOverflowed or SocketEndKind.DrainCancelled =>
            [CloseEventKind.Closed, CloseEventKind.Aborted],
        SocketEndKind.ResetByPeer => [CloseEventKind.ResetSeen, CloseEventKind.Closed],
        SocketEndKind.ResetByPeerAfterFin => [CloseEventKind.Closed, CloseEventKind.ResetSeen],
        SocketEndKind.PeerGone => [CloseEventKind.Closed, CloseEventKind.TimedOut],
        _ => [],
    };
}
