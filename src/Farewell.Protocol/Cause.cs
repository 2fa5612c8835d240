namespace Farewell.Protocol;

/// <summary>How a session ended: the last table of <c>docs/protocol.md</c> section 8.</summary>
public enum Cause : byte
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>Leaver: Goodbye was read.</summary>
    Released,

    /// <summary>Stayer: Goodbye was said, and the leaver left.</summary>
    Left,

    /// <summary>The stream ended before Done or Goodbye.</summary>
    Truncated,

    /// <summary>The peer, or something between, reset the connection.</summary>
    PeerReset,

    /// <summary>The peer connected and went without a byte.</summary>
    Probe,

    /// <summary>The peer violated the protocol.</summary>
    Violation,

    /// <summary>The leaver told this stayer that it violated the protocol.</summary>
    ToldViolation,

    /// <summary>No Hello in time.</summary>
    HandshakeOverdue,

    /// <summary>No byte received, and a Ping unanswered.</summary>
    Dead,

    /// <summary>What was written was not accepted by the transport.</summary>
    Stalled,

    /// <summary>The dismissed leaver said no Done within the grace.</summary>
    GraceExpired,

    /// <summary>The leaver did not leave after Goodbye.</summary>
    Overdue,

    /// <summary>The stayer said no Goodbye in time.</summary>
    GoodbyeOverdue,

    /// <summary>This side's application aborted.</summary>
    Aborted,

    /// <summary>The transport gave the connection up, since what came could not be trusted: TLS that failed, or was no TLS.</summary>
    Broken,
}
