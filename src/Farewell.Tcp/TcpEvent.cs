namespace Farewell.Tcp;

/// <summary>What moves a connection from one state to the next: calls of the user, segments and time-outs (RFC 9293 section 3.3.2, figure 5).</summary>
public enum TcpEvent : byte
{
    /// <summary>The user listens.</summary>
    PassiveOpen,

    /// <summary>The user connects.</summary>
    ActiveOpen,

    /// <summary>The user sends on a connection that only listens.</summary>
    Send,

    /// <summary>The user has nothing more to send.</summary>
    Close,

    /// <summary>The user gives the connection up.</summary>
    Abort,

    /// <summary>A SYN without an acknowledgement of ours.</summary>
    ReceiveSyn,

    /// <summary>A SYN that acknowledges ours.</summary>
    ReceiveSynAck,

    /// <summary>The acknowledgement of our SYN.</summary>
    ReceiveAckOfSyn,

    /// <summary>A FIN, our own FIN not acknowledged with it.</summary>
    ReceiveFin,

    /// <summary>The acknowledgement of our FIN.</summary>
    ReceiveAckOfFin,

    /// <summary>A FIN together with the acknowledgement of ours.</summary>
    ReceiveFinAndAckOfFin,

    /// <summary>A reset that is valid in the state.</summary>
    ReceiveReset,

    /// <summary>The user time-out expired (section 3.10.8).</summary>
    UserTimeout,

    /// <summary>2 MSL passed in TIME-WAIT.</summary>
    TimeWaitTimeout,
}
