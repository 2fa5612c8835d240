using System.Buffers.Binary;
using Farewell.Tcp;

namespace Farewell.Captures.Parsing;

/// <summary>Reads a TCP header.</summary>
internal static class TransportLayer
{
    /// <summary>Ports, numbers, offset and flags. An old 68-octet capture of IPv6 ends here.</summary>
    private const int LeastCaptured = 14;

    private const byte OptionEnd = 0;
    private const byte OptionPadding = 1;
    private const byte OptionTimestamps = 8;

    public static bool TryParse(
        ReadOnlySpan<byte> captured,
        int length,
        ReadOnlySpan<byte> source,
        ReadOnlySpan<byte> destination,
        int ipLength,
        out TcpPacket packet)
    {
        packet = default;
        if (captured.Length < LeastCaptured)
        {
            return false;
        }

        var headerLength = (captured[12] >> 4) * 4;
        if (headerLength < 20 || headerLength > length)
        {
            return false;
        }

        var header = captured[..Math.Min(headerLength, captured.Length)];
        packet = new TcpPacket(
            new FourTuple(
                Endpoint.FromNetworkOrder(source, BinaryPrimitives.ReadUInt16BigEndian(header)),
                Endpoint.FromNetworkOrder(destination, BinaryPrimitives.ReadUInt16BigEndian(header[2..]))),
            new Segment(
                (SegmentFlags)header[13],
                new SequenceNumber(BinaryPrimitives.ReadUInt32BigEndian(header[4..])),
                new SequenceNumber(BinaryPrimitives.ReadUInt32BigEndian(header[8..])),
                length - headerLength),
            header.Length < 16 ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(header[14..]),
            header.Length > 20 ? FindTimestamps(header[20..]) : null,
            ipLength);
        return true;
    }

    private static TcpTimestamps? FindTimestamps(ReadOnlySpan<byte> options)
    {
        while (options.Length >= 10)
        {
            if (options[0] == OptionPadding)
            {
                options = options[1..];
                continue;
            }

            int length = options[1];
            if (options[0] == OptionEnd || length < 2 || length > options.Length)
            {
                return null;
            }

            if (options[0] == OptionTimestamps && length == 10)
            {
                return new TcpTimestamps(
                    BinaryPrimitives.ReadUInt32BigEndian(options[2..]), BinaryPrimitives.ReadUInt32BigEndian(options[6..]));
            }

            options = options[length..];
        }

        return null;
    }
}
