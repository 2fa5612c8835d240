namespace Farewell.Sockets;

/// <summary>What ending a socket came to.</summary>
public enum SocketEndKind : byte
{
    /// <summary>Nothing was done and the socket is still open: the kernel offers no such ending, or a drain still goes on.</summary>
    None,

    /// <summary>Our FIN went first and the other side's was read. The TIME_WAIT is ours.</summary>
    Orderly,

    /// <summary>The other side's FIN was here before ours. The TIME_WAIT is theirs.</summary>
    Passive,

    /// <summary>A FIN, and an RST as soon as it is acknowledged. Nobody holds a TIME_WAIT.</summary>
    UnheldFin,

    /// <summary>An RST, as asked for or as unread data forced it. Nobody holds a TIME_WAIT.</summary>
    Reset,

    /// <summary>A FIN, then an RST: the other side had not ended its direction in time.</summary>
    DrainTimedOut,

    /// <summary>A FIN, then an RST: the other side sent more than a drain discards.</summary>
    DrainOverflowed,

    /// <summary>A FIN, then an RST: the caller gave up the drain. Also any socket that the caller had ended some other way meanwhile.</summary>
    DrainCancelled,

    /// <summary>Our FIN went first; the other side had not ended its direction in time, and the rest is the kernel's. The TIME_WAIT is ours.</summary>
    Released,

    /// <summary>The other side, or something on the path, had reset the connection before our FIN.</summary>
    ResetByPeer,

    /// <summary>The other side reset the connection after our FIN.</summary>
    ResetByPeerAfterFin,

    /// <summary>The kernel gave the connection up: the other side could not be reached or did not answer.</summary>
    PeerGone,
}
