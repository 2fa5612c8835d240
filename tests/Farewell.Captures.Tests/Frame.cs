using System.Buffers.Binary;
using System.Net;
using Farewell.Tcp;

namespace Farewell.Captures.Tests;

/// <summary>Builds frames for the parser, layer by layer.</summary>
internal static class Frame
{
    public static byte[] Tcp(Segment segment, ushort from = 40000, ushort to = 80, byte[]? options = null, ushort window = 512)
    {
        options ??= [];
        var header = new byte[20 + options.Length];
        BinaryPrimitives.WriteUInt16BigEndian(header, from);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), to);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), segment.Sequence.Value);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), segment.Acknowledgement.Value);
        header[12] = (byte)(header.Length / 4 << 4);
        header[13] = (byte)segment.Flags;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), window);
        options.CopyTo(header, 20);
        return [.. header, .. new byte[segment.Length]];
    }

    public static byte[] Timestamps(uint value, uint echo)
    {
        var option = new byte[] { 1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0 };
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(4), value);
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(8), echo);
        return option;
    }

    public static byte[] V4(byte[] payload, string from = "10.0.0.1", string to = "10.0.0.2", byte[]? options = null,
        ushort fragment = 0, ushort? totalLength = null, byte protocol = 6)
    {
        options ??= [];
        var header = new byte[20 + options.Length];
        header[0] = (byte)(0x40 | (header.Length / 4));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), totalLength ?? (ushort)(header.Length + payload.Length));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), fragment);
        header[8] = 64;
        header[9] = protocol;
        IPAddress.Parse(from).GetAddressBytes().CopyTo(header, 12);
        IPAddress.Parse(to).GetAddressBytes().CopyTo(header, 16);
        options.CopyTo(header, 20);
        return [.. header, .. payload];
    }

    public static byte[] V6(byte[] payload, string from = "fd00::1", string to = "fd00::2", byte next = 6, ushort? payloadLength = null)
    {
        var header = new byte[40];
        header[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), payloadLength ?? (ushort)payload.Length);
        header[6] = next;
        IPAddress.Parse(from).GetAddressBytes().CopyTo(header, 8);
        IPAddress.Parse(to).GetAddressBytes().CopyTo(header, 24);
        return [.. header, .. payload];
    }

    /// <summary>An IPv6 extension header in front of <paramref name="rest"/>.</summary>
    public static byte[] Extension(byte next, byte length, int octets, byte[] rest) => [next, length, .. new byte[octets - 2], .. rest];

    public static byte[] Ethernet(byte[] ip, params ushort[] tags)
    {
        var frame = new List<byte>(new byte[12]);
        foreach (var tag in tags)
        {
            frame.AddRange([(byte)(tag >> 8), (byte)tag, 0, 7]);
        }

        return [.. frame, .. EtherType(ip), .. ip];
    }

    public static byte[] Sll(byte[] ip) => [0, 0, 0, 1, 0, 6, .. new byte[8], .. EtherType(ip), .. ip];

    public static byte[] Sll2(byte[] ip) => [.. EtherType(ip), .. new byte[18], .. ip];

    public static byte[] Family(byte[] ip, params byte[] family) => [.. family, .. ip];

    public static Segment Syn(uint sequence) => new(SegmentFlags.Syn, new(sequence), default, 0);

    public static Segment SynAck(uint sequence, uint ack) => new(SegmentFlags.Syn | SegmentFlags.Ack, new(sequence), new(ack), 0);

    public static Segment Ack(uint sequence, uint ack, int length = 0) => new(SegmentFlags.Ack, new(sequence), new(ack), length);

    public static Segment Fin(uint sequence, uint ack) => new(SegmentFlags.Fin | SegmentFlags.Ack, new(sequence), new(ack), 0);

    public static Segment Reset(uint sequence, uint? ack = null) =>
        new(SegmentFlags.Reset | (ack is null ? 0 : SegmentFlags.Ack), new(sequence), new(ack ?? 0), 0);

    private static byte[] EtherType(byte[] ip) => ip[0] >> 4 == 4 ? [0x08, 0x00] : [0x86, 0xdd];
}
