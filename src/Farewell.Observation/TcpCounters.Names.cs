namespace Farewell.Observation;

/// <content>The counters that tell how connections end, in our terms.</content>
public sealed partial class TcpCounters
{
    /// <summary>Connections dialled (<c>ActiveOpens</c>).</summary>
    public long? Dialled => this["ActiveOpens"];

    /// <summary>Connections that came in (<c>PassiveOpens</c>).</summary>
    public long? Accepted => this["PassiveOpens"];

    /// <summary>Attempts that ended before ESTABLISHED: refused, timed out, abandoned (<c>AttemptFails</c>).</summary>
    public long? FailedAttempts => this["AttemptFails"];

    /// <summary>
    /// Connections that went from ESTABLISHED or CLOSE-WAIT straight to CLOSED: reset by either side (<c>EstabResets</c>).
    /// </summary>
    public long? ConnectionsReset => this["EstabResets"];

    /// <summary>Connections in ESTABLISHED or CLOSE-WAIT now; a level, not a count (<c>CurrEstab</c>).</summary>
    public long? OpenNow => this["CurrEstab"];

    /// <summary>Segments sent with RST (<c>OutRsts</c>).</summary>
    public long? ResetsSent => this["OutRsts"];

    /// <summary>Segments received (<c>InSegs</c>).</summary>
    public long? SegmentsReceived => this["InSegs"];

    /// <summary>Segments sent, without retransmissions (<c>OutSegs</c>).</summary>
    public long? SegmentsSent => this["OutSegs"];

    /// <summary>Segments sent again (<c>RetransSegs</c>).</summary>
    public long? SegmentsRetransmitted => this["RetransSegs"];

    /// <summary>Retransmission timeouts (<c>TCPTimeouts</c>).</summary>
    public long? Timeouts => this["TCPTimeouts"];

    /// <summary>TIME-WAITs begun by this host, each connection that closed first once, whatever became of it later (<c>TW</c>).</summary>
    public long? TimeWaits => this["TW"];

    /// <summary>
    /// TIME-WAITs whose tuple a new outgoing connection took before the time was over (<c>TWRecycled</c>; <c>tcp_tw_reuse</c>).
    /// </summary>
    public long? TimeWaitsReused => this["TWRecycled"];

    /// <summary>TIME-WAITs that the kernel scheduled for 4 s or less (<c>TWKilled</c>); not those that a reset assassinated.</summary>
    public long? TimeWaitsShortened => this["TWKilled"];

    /// <summary>TIME-WAITs never kept because the limit <c>tcp_max_tw_buckets</c> was reached (<c>TCPTimeWaitOverflow</c>).</summary>
    public long? TimeWaitOverflows => this["TCPTimeWaitOverflow"];

    /// <summary>Segments of an established connection dropped for an old timestamp (<c>PAWSEstab</c>; RFC 7323 section 5).</summary>
    public long? OldSegments => this["PAWSEstab"];

    /// <summary>Segments dropped in TIME-WAIT for an old timestamp (<c>PAWSTimewait</c>; newer kernels only).</summary>
    public long? OldSegmentsInTimeWait => this["PAWSTimewait"];

    /// <summary>Connections aborted as data came for a socket already closed, or linger was zero (<c>TCPAbortOnData</c>).</summary>
    public long? AbortsOnData => this["TCPAbortOnData"];

    /// <summary>Connections aborted as the application closed with data unread (<c>TCPAbortOnClose</c>; RFC 2525 section 2.17).</summary>
    public long? AbortsOnClose => this["TCPAbortOnClose"];

    /// <summary>Connections aborted for lack of memory or too many orphans (<c>TCPAbortOnMemory</c>).</summary>
    public long? AbortsOnMemory => this["TCPAbortOnMemory"];

    /// <summary>Connections given up after retransmissions, probes or keep-alives went unanswered (<c>TCPAbortOnTimeout</c>).</summary>
    public long? AbortsOnTimeout => this["TCPAbortOnTimeout"];

    /// <summary>Orphans aborted in FIN-WAIT-2 by a negative <c>TCP_LINGER2</c> (<c>TCPAbortOnLinger</c>).</summary>
    public long? AbortsOnLinger => this["TCPAbortOnLinger"];

    /// <summary>Resets that could not be sent for lack of memory (<c>TCPAbortFailed</c>).</summary>
    public long? FailedAborts => this["TCPAbortFailed"];

    /// <summary>Challenge ACKs sent (<c>TCPChallengeACK</c>; RFC 5961).</summary>
    public long? ChallengeAcks => this["TCPChallengeACK"];

    /// <summary>Challenge ACKs sent in answer to a SYN within a connection (<c>TCPSYNChallenge</c>; RFC 5961 section 4).</summary>
    public long? SynChallenges => this["TCPSYNChallenge"];

    /// <summary>ACKs that TIME-WAIT owed and the rate limit withheld (<c>TCPACKSkippedTimeWait</c>).</summary>
    public long? SkippedTimeWaitAcks => this["TCPACKSkippedTimeWait"];

    /// <summary>ACKs that FIN-WAIT-2 owed and the rate limit withheld (<c>TCPACKSkippedFinWait2</c>).</summary>
    public long? SkippedFinWait2Acks => this["TCPACKSkippedFinWait2"];

    /// <summary>Connections dropped because a listener's accept queue was full (<c>ListenOverflows</c>).</summary>
    public long? ListenOverflows => this["ListenOverflows"];

    /// <summary>SYNs and connections that listeners dropped for any reason, overflows included (<c>ListenDrops</c>).</summary>
    public long? ListenDrops => this["ListenDrops"];
}
