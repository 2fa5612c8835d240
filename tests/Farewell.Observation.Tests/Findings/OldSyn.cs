using System.Buffers.Binary;
using System.Net;

namespace Farewell.Observation.Tests.Findings;

/// <summary>A SYN whose timestamp is 1: older than that of any connection that has been.</summary>
internal static class OldSyn
{
    private const int Length = 32; // 20 octets, the timestamps option, two of padding
    private const byte Tcp = 6;

    public static byte[] Of(IPAddress source, int sourcePort, IPAddress destination, int destinationPort)
    {
        var segment = new byte[Length];
        BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)destinationPort);
        segment[12] = Length / 4 << 4;
        segment[13] = 2; // SYN
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), 65_000);
        byte[] timestamps = [8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1];
        timestamps.CopyTo(segment, 20);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(16), Checksum([.. source.GetAddressBytes(), .. destination.GetAddressBytes(), 0, Tcp, 0, Length, .. segment]));
        return segment;
    }

    private static ushort Checksum(byte[] octets)
    {
        uint sum = 0;
        for (var at = 0; at < octets.Length; at += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(at));
        }

        return (ushort)~((sum & 0xffff) + (sum >> 16));
    }
}
