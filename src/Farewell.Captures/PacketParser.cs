using Farewell.Captures.Parsing;

namespace Farewell.Captures;

/// <summary>Finds the TCP segment in a captured frame. Allocates nothing and never throws, whatever the octets are.</summary>
/// <remarks>
/// Of a fragmented IP packet only the first fragment holds a TCP header: it is parsed with the payload that it carries, the others are
/// skipped.
/// Checksums are not looked at: an interface that computes them itself shows frames on their way out with wrong ones.
/// </remarks>
public static class PacketParser
{
    // Longer than any frame that is real (Linux's BIG TCP stops at 512 KiB): what a hostile file claims beyond it counts for nothing.
    private const int LongestFrame = 1 << 20;

    /// <summary>Finds the TCP segment in a captured packet.</summary>
    /// <returns>False when the frame holds no TCP header, or too little of one to know its flags.</returns>
    public static bool TryParse(in CapturedPacket captured, out TcpPacket packet) =>
        TryParse(captured.Frame, captured.Link, captured.OriginalLength, out packet);

    /// <summary>Finds the TCP segment in a frame that was captured whole.</summary>
    /// <returns>False when the frame holds no TCP header, or too little of one to know its flags.</returns>
    public static bool TryParse(ReadOnlySpan<byte> frame, LinkType link, out TcpPacket packet) =>
        TryParse(frame, link, frame.Length, out packet);

    /// <summary>Finds the TCP segment in a frame of which <paramref name="frame"/> is the captured beginning.</summary>
    /// <param name="frame">The octets captured.</param>
    /// <param name="link">What they begin with.</param>
    /// <param name="originalLength">The octets on the wire. They count only where the IP header does not state its own length: segmentation
    /// offload leaves it 0 where the packet is longer than the field can say.</param>
    /// <param name="packet">The segment found.</param>
    /// <returns>False when the frame holds no TCP header, or too little of one to know its flags.</returns>
    public static bool TryParse(ReadOnlySpan<byte> frame, LinkType link, int originalLength, out TcpPacket packet)
    {
        packet = default;
        if (!LinkLayer.TryFindIP(frame, link, out var offset))
        {
            return false;
        }

        var onWire = Math.Clamp(originalLength, frame.Length, Math.Max(frame.Length, LongestFrame)) - offset;
        var ip = frame[offset..];
        return (ip[0] >> 4) switch
        {
            4 => InternetLayer.TryParse4(ip, onWire, out packet),
            6 => InternetLayer.TryParse6(ip, onWire, out packet),
            _ => false,
        };
    }
}
