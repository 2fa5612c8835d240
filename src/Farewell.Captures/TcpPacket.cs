using Farewell.Tcp;

namespace Farewell.Captures;

/// <summary>One TCP segment with what its IP and TCP headers say beside sequence space.</summary>
/// <param name="Tuple">Sender to receiver: <see cref="FourTuple.Local"/> is the sender.</param>
/// <param name="Segment">Flags, numbers and payload length. The length is the IP header's word, so a frame cut short by the capture counts
/// whole.</param>
/// <param name="Window">The window field as it stands, not scaled; 0 too when the capture cut the header before it.</param>
/// <param name="Timestamps">The timestamp option (RFC 7323), or null when absent or cut off by the capture.</param>
/// <param name="IPLength">Octets of the IP packet, its header included.</param>
public readonly record struct TcpPacket(FourTuple Tuple, Segment Segment, ushort Window, TcpTimestamps? Timestamps, int IPLength);

/// <summary>TCP's timestamp option (RFC 7323 section 3.2).</summary>
/// <param name="Value">TSval, the sender's clock in a unit of its own.</param>
/// <param name="Echo">TSecr, the clock value it last took from the other side; counts only with an ACK.</param>
public readonly record struct TcpTimestamps(uint Value, uint Echo);
