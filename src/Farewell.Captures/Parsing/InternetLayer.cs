using System.Buffers.Binary;

namespace Farewell.Captures.Parsing;

/// <summary>Steps over an IP header and its extensions, to TCP.</summary>
internal static class InternetLayer
{
    private const byte Tcp = 6;

    /// <summary>Parses an IPv4 packet of which <paramref name="onWire"/> octets were on the wire, padding of the link included.</summary>
    public static bool TryParse4(ReadOnlySpan<byte> ip, int onWire, out TcpPacket packet)
    {
        packet = default;
        if (ip.Length < 20)
        {
            return false;
        }

        var headerLength = (ip[0] & 0xf) * 4;
        var fragmentOffset = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x1fff;
        if (headerLength < 20 || headerLength > ip.Length || fragmentOffset != 0 || ip[9] != Tcp)
        {
            return false;
        }

        int total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        total = total == 0 ? onWire : total;
        return TransportLayer.TryParse(ip[headerLength..], total - headerLength, ip.Slice(12, 4), ip.Slice(16, 4), total, out packet);
    }

    /// <summary>Parses an IPv6 packet of which <paramref name="onWire"/> octets were on the wire, padding of the link included.</summary>
    public static bool TryParse6(ReadOnlySpan<byte> ip, int onWire, out TcpPacket packet)
    {
        packet = default;
        if (ip.Length < 40)
        {
            return false;
        }

        int payload = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        var total = payload == 0 ? onWire : payload + 40;
        var next = ip[6];
        var offset = 40;
        while (next != Tcp)
        {
            // Every extension header has its length or its fragment offset in its first four octets.
            if (ip.Length < offset + 4 || !TryStepOver(next, ip[offset..], out var length))
            {
                return false;
            }

            next = ip[offset];
            offset += length;
        }

        return offset <= ip.Length
            && TransportLayer.TryParse(ip[offset..], total - offset, ip.Slice(8, 16), ip.Slice(24, 16), total, out packet);
    }

    // RFC 8200 section 4; the authentication header counts in fours (RFC 4302 section 2.2).
    private static bool TryStepOver(byte kind, ReadOnlySpan<byte> header, out int length)
    {
        switch (kind)
        {
            case 0 or 43 or 60 or 135 or 139 or 140:
                length = (header[1] + 1) * 8;
                return true;
            case 44:
                length = 8;
                return (BinaryPrimitives.ReadUInt16BigEndian(header[2..]) & 0xfff8) == 0;
            case 51:
                length = (header[1] + 2) * 4;
                return true;
            default:
                length = 0;
                return false;
        }
    }
}
