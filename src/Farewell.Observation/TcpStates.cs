using Farewell.Tcp;

namespace Farewell.Observation;

/// <summary>A set of <see cref="TcpState"/>s: bit <c>n</c> stands for the state whose value is <c>n</c>.</summary>
[Flags]
public enum TcpStates : ushort
{
    /// <summary>No state: a filter that lets nothing through.</summary>
    None = 0,

    /// <summary>Bound to a port, neither listening nor connected. Linux lists these since 6.8; elsewhere none appear.</summary>
    Closed = 1 << TcpState.Closed,

    /// <summary>LISTEN.</summary>
    Listen = 1 << TcpState.Listen,

    /// <summary>SYN-SENT.</summary>
    SynSent = 1 << TcpState.SynSent,

    /// <summary>SYN-RECEIVED.</summary>
    SynReceived = 1 << TcpState.SynReceived,

    /// <summary>ESTABLISHED.</summary>
    Established = 1 << TcpState.Established,

    /// <summary>FIN-WAIT-1.</summary>
    FinWait1 = 1 << TcpState.FinWait1,

    /// <summary>FIN-WAIT-2, those that an application still holds and those that only a timer holds.</summary>
    FinWait2 = 1 << TcpState.FinWait2,

    /// <summary>CLOSE-WAIT.</summary>
    CloseWait = 1 << TcpState.CloseWait,

    /// <summary>CLOSING.</summary>
    Closing = 1 << TcpState.Closing,

    /// <summary>LAST-ACK.</summary>
    LastAck = 1 << TcpState.LastAck,

    /// <summary>TIME-WAIT.</summary>
    TimeWait = 1 << TcpState.TimeWait,

    /// <summary>Every state that has a remote endpoint: all but <see cref="Closed"/> and <see cref="Listen"/>.</summary>
    Connected = SynSent | SynReceived | Established | FinWait1 | FinWait2 | CloseWait | Closing | LastAck | TimeWait,

    /// <summary>Every state.</summary>
    All = Closed | Listen | Connected,
}
