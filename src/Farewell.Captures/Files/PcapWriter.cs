using System.Buffers.Binary;

namespace Farewell.Captures.Files;

/// <summary>Writes a classic capture file with nanosecond timestamps, little-endian, which Wireshark and tcpdump read.</summary>
/// <remarks>Format: draft-ietf-opsawg-pcap. Not safe for concurrent use.</remarks>
public sealed class PcapWriter : IDisposable
{
    /// <summary>The snap length that keeps every frame whole, as tcpdump has it: 262,144 octets.</summary>
    public const int WholeFrames = 262_144;

    internal const uint NanosecondMagic = 0xa1b23c4d;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;

    /// <summary>Writes the file header.</summary>
    /// <param name="stream">Where to; each packet is two writes, so give it a buffer (a <see cref="FileStream"/> has one).</param>
    /// <param name="link">What every frame begins with.</param>
    /// <param name="snapLength">The most octets of a frame to keep, 1 to 262,144.</param>
    /// <param name="leaveOpen">Whether <see cref="Dispose"/> leaves <paramref name="stream"/> open.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="snapLength"/> is out of range.</exception>
    public PcapWriter(Stream stream, LinkType link, int snapLength = WholeFrames, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(snapLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(snapLength, WholeFrames);
        (_stream, Link, SnapLength, _leaveOpen) = (stream, link, snapLength, leaveOpen);

        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, NanosecondMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], snapLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (ushort)link);
        _stream.Write(header);
    }

    /// <summary>What every frame begins with.</summary>
    public LinkType Link { get; }

    /// <summary>The most octets of a frame that are kept.</summary>
    public int SnapLength { get; }

    /// <summary>Writes one packet.</summary>
    /// <exception cref="ArgumentException">It begins with another link type than the file's: a classic file holds one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Its time lies outside 1970 to 2106, which the format can hold.</exception>
    public void Write(in CapturedPacket packet)
    {
        if (packet.Link != Link)
        {
            throw new ArgumentException($"A file of link type {Link} cannot hold a frame of link type {packet.Link}.", nameof(packet));
        }

        var (seconds, nanoseconds) = Math.DivRem(packet.Nanoseconds, 1_000_000_000);
        ArgumentOutOfRangeException.ThrowIfNegative(packet.Nanoseconds, nameof(packet));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, uint.MaxValue, nameof(packet));

        var kept = packet.Frame[..Math.Min(packet.Frame.Length, SnapLength)];
        Span<byte> header = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], kept.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], packet.OriginalLength);
        _stream.Write(header);
        _stream.Write(kept);
    }

    /// <summary>Flushes the stream.</summary>
    public void Flush() => _stream.Flush();

    /// <summary>Flushes the stream and, unless it was to be left open, closes it.</summary>
    public void Dispose()
    {
        _stream.Flush();
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }
}
