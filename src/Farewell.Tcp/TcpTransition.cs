namespace Farewell.Tcp;

/// <summary>What a transition sends, beyond data.</summary>
public enum TcpReply : byte
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>A SYN.</summary>
    Syn,

    /// <summary>A SYN with an acknowledgement.</summary>
    SynAck,

    /// <summary>An acknowledgement.</summary>
    Ack,

    /// <summary>A FIN, after all data that was queued.</summary>
    Fin,

    /// <summary>A reset.</summary>
    Reset,
}

/// <summary>One edge of the state machine.</summary>
/// <param name="From">The state before.</param>
/// <param name="On">What happened.</param>
/// <param name="To">The state after; the same state where the event is taken and changes nothing.</param>
/// <param name="Sends">What is sent.</param>
/// <param name="Source">The section of RFC 9293.</param>
public readonly record struct TcpTransition(TcpState From, TcpEvent On, TcpState To, TcpReply Sends, string Source);
