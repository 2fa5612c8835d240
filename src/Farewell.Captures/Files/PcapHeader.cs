using System.Buffers.Binary;

namespace Farewell.Captures.Files;

/// <summary>The first 24 octets of a classic capture file.</summary>
internal readonly record struct PcapHeader(bool IsBigEndian, bool IsNanosecond, uint SnapLength, LinkType Link)
{
    public const int Length = 24;

    private const uint MicrosecondMagic = 0xa1b2c3d4;
    private const uint ModifiedMagic = 0xa1b2cd34;
    private const uint PcapngMagic = 0x0a0d0d0a;
    private const uint GzipMagic = 0x8b1f;
    private const uint ZstandardMagic = 0xfd2fb528;

    public static PcapHeader Parse(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < 4)
        {
            throw new PcapFormatException(
                $"The file holds {octets.Length} octets, which is no capture; a pcap file begins with a header of {Length}", 0);
        }

        var magic = BinaryPrimitives.ReadUInt32LittleEndian(octets);
        var isBigEndian = BinaryPrimitives.ReverseEndianness(magic) is MicrosecondMagic or PcapWriter.NanosecondMagic or ModifiedMagic;
        magic = isBigEndian ? BinaryPrimitives.ReverseEndianness(magic) : magic;
        if (magic is not (MicrosecondMagic or PcapWriter.NanosecondMagic))
        {
            throw new PcapFormatException(Refusal(magic), 0);
        }

        if (octets.Length < Length)
        {
            throw new PcapFormatException($"The file ends within its header of {Length} octets", octets.Length);
        }

        var major = isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(octets[4..]) : BinaryPrimitives.ReadUInt16LittleEndian(octets[4..]);
        if (major != 2)
        {
            throw new PcapFormatException($"The file is of pcap version {major}; only version 2 exists", 4);
        }

        // The upper half of the last word tells of frame check sequences, which the IP length makes us ignore anyhow.
        return new PcapHeader(
            isBigEndian,
            magic == PcapWriter.NanosecondMagic,
            Read(octets[16..], isBigEndian),
            (LinkType)Read(octets[20..], isBigEndian));
    }

    public static uint Read(ReadOnlySpan<byte> octets, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(octets) : BinaryPrimitives.ReadUInt32LittleEndian(octets);

    private static string Refusal(uint magic) => magic switch
    {
        PcapngMagic => "pcapng is not read yet; convert the file with: editcap -F pcap IN OUT",
        ModifiedMagic =>
            "The file is of the modified pcap format (magic a1b2cd34), which is not read; convert it with: editcap -F pcap IN OUT",
        ZstandardMagic => "The file is compressed with zstd; decompress it first",
        _ when (magic & 0xffff) == GzipMagic => "The file is compressed with gzip; decompress it first",
        _ => $"The file begins with {magic:x8}, which is not the mark of a pcap file",
    };
}
