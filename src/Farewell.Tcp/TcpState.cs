namespace Farewell.Tcp;

/// <summary>The states of a connection, with RFC 9293's names (section 3.3.2).</summary>
public enum TcpState : byte
{
    /// <summary>No connection at all.</summary>
    Closed,

    /// <summary>LISTEN: waiting for a SYN from any remote endpoint.</summary>
    Listen,

    /// <summary>SYN-SENT: a SYN was sent, a matching one is awaited.</summary>
    SynSent,

    /// <summary>SYN-RECEIVED: SYNs went both ways, the acknowledgement of ours is awaited.</summary>
    SynReceived,

    /// <summary>ESTABLISHED: data flows both ways.</summary>
    Established,

    /// <summary>FIN-WAIT-1: our FIN was sent and is not acknowledged; no FIN received.</summary>
    FinWait1,

    /// <summary>FIN-WAIT-2: our FIN was acknowledged; the remote FIN is awaited.</summary>
    FinWait2,

    /// <summary>CLOSE-WAIT: the remote FIN was received; our application has not closed yet.</summary>
    CloseWait,

    /// <summary>CLOSING: FINs crossed; the acknowledgement of ours is awaited.</summary>
    Closing,

    /// <summary>LAST-ACK: the remote FIN came first; the acknowledgement of ours is awaited.</summary>
    LastAck,

    /// <summary>TIME-WAIT: both FINs are acknowledged and this side closed first (or both did).</summary>
    TimeWait,
}
