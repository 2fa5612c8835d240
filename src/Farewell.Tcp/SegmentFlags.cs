namespace Farewell.Tcp;

/// <summary>The control bits of a segment, in the positions of the header's fourteenth octet (RFC 9293 section 3.1).</summary>
[Flags]
public enum SegmentFlags : byte
{
    /// <summary>No bit set.</summary>
    None = 0,

    /// <summary>No more data from the sender.</summary>
    Fin = 0x01,

    /// <summary>Synchronise sequence numbers.</summary>
    Syn = 0x02,

    /// <summary>Reset the connection.</summary>
    Reset = 0x04,

    /// <summary>Push.</summary>
    Push = 0x08,

    /// <summary>The acknowledgement field counts.</summary>
    Ack = 0x10,

    /// <summary>The urgent pointer counts.</summary>
    Urgent = 0x20,

    /// <summary>Explicit congestion notification echo.</summary>
    EcnEcho = 0x40,

    /// <summary>Congestion window reduced.</summary>
    CongestionWindowReduced = 0x80,
}
