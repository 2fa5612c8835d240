namespace Farewell.Observation;

/// <summary>Which of the kernel's timers runs on a connection (Linux <c>idiag_timer</c>).</summary>
public enum ConnectionTimer : byte
{
    /// <summary>None runs, or the source does not tell.</summary>
    None,

    /// <summary>Retransmission of data, of a SYN or a FIN, or the tail loss probe.</summary>
    Retransmission,

    /// <summary>Keep-alive; on an orphan in FIN-WAIT-2, the first part of a <c>tcp_fin_timeout</c> above 60 s.</summary>
    KeepAlive,

    /// <summary>The tuple is held by a timer alone: TIME-WAIT, or FIN-WAIT-2 after its socket was closed.</summary>
    TimeWait,

    /// <summary>Probing a window that the other side keeps at zero.</summary>
    WindowProbe,

    /// <summary>One that this version does not know.</summary>
    Other,
}
