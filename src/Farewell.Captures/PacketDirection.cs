namespace Farewell.Captures;

/// <summary>Which way a captured packet went, seen from the capturing machine.</summary>
public enum PacketDirection : byte
{
    /// <summary>Not known: files in the classic format do not tell.</summary>
    Unknown,

    /// <summary>Received by this machine (Linux <c>PACKET_HOST</c>, <c>PACKET_BROADCAST</c>, <c>PACKET_MULTICAST</c>).</summary>
    Incoming,

    /// <summary>Sent by this machine (Linux <c>PACKET_OUTGOING</c>).</summary>
    Outgoing,

    /// <summary>Sent and received by this machine, over its loopback interface.</summary>
    Loopback,

    /// <summary>Addressed to another machine (Linux <c>PACKET_OTHERHOST</c>).</summary>
    Passing,
}
