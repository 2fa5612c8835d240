using System.Buffers.Binary;
using System.Numerics;
using Farewell.Tcp;

namespace Farewell.Proxies;

/// <summary>
/// Reads the header by which HAProxy, nginx and load balancers tell the client's address (PROXY protocol, versions 1 and 2:
/// <c>haproxy.org/download/2.6/doc/proxy-protocol.txt</c>). Pure; keeps nothing.
/// </summary>
/// <remarks>
/// Accept it only from proxies: anyone can write one. TLVs are skipped, but for the checksum, which is checked.
/// </remarks>
public static class ProxyProtocol
{
    /// <summary>The longest header read when no limit is given, in octets; see <c>docs/defaults.md</c>.</summary>
    public const int DefaultLimit = 4096;

    private const int FixedLength = 16;
    private const int ChecksumType = 3;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>
    /// Reads a header from all octets that have come so far. Call it again with more as long as it is incomplete: the octets in front must be the same, and
    /// how they were split makes no difference.
    /// </summary>
    /// <param name="octets">The connection's octets from its beginning.</param>
    /// <param name="limit">The longest version 2 header to take, in octets; 16 or more.</param>
    public static ProxyReading Read(ReadOnlySpan<byte> octets, int limit = DefaultLimit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, FixedLength);
        if (octets.IsEmpty)
        {
            return default;
        }

        return octets[0] == ProxyLine.Signature[0] ? Start(octets, ProxyLine.Signature) ?? ProxyLine.Read(octets)
            : Start(octets, Signature) ?? ReadBinary(octets, limit);
    }

    /// <summary>A failure with nothing but its name.</summary>
    internal static ProxyReading Fail(ProxyError error) => new(default, 0, error);

    /// <summary>Null once a signature is whole.</summary>
    private static ProxyReading? Start(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> signature)
    {
        var common = Math.Min(octets.Length, signature.Length);
        return !octets[..common].SequenceEqual(signature[..common]) ? Fail(ProxyError.NotProxy)
            : common < signature.Length ? default(ProxyReading)
            : null;
    }

    private static ProxyReading ReadBinary(ReadOnlySpan<byte> octets, int limit)
    {
        // Each octet of the fixed part is judged as soon as it is here, in order, so that a split cannot change which error comes.
        if (octets.Length > 12 && octets[12] >> 4 != 2)
        {
            return Fail(ProxyError.BadVersion);
        }

        if (octets.Length > 12 && (octets[12] & 0xf) > 1)
        {
            return Fail(ProxyError.BadCommand);
        }

        var isLocal = octets.Length > 12 && (octets[12] & 0xf) == 0;
        if (octets.Length > 13 && !isLocal && (octets[13] >> 4 > 3 || (octets[13] & 0xf) > 2))
        {
            return Fail(ProxyError.BadFamily);
        }

        if (octets.Length < FixedLength)
        {
            return default;
        }

        var length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(octets[14..]);
        if (length > limit)
        {
            return Fail(ProxyError.TooLong);
        }

        // LOCAL and UNSPEC: whatever follows is not for us.
        var family = octets[13] >> 4;
        var ignored = isLocal || family == 0;
        var addresses = ignored ? 0 : family switch { 1 => 12, 2 => 36, _ => 216 };
        if (length < FixedLength + addresses)
        {
            return Fail(ProxyError.ShortAddresses);
        }

        if (octets.Length < length)
        {
            return default;
        }

        if (ignored)
        {
            return new(new(2, isLocal, null), length, ProxyError.None);
        }

        var header = octets[..length];
        return CheckTlvs(header, FixedLength + addresses) is not ProxyError.None and var wrong
            ? Fail(wrong)
            : new(new(2, false, TupleOf(header[13], header[FixedLength..])), length, ProxyError.None);
    }

    private static FourTuple? TupleOf(byte familyAndTransport, ReadOnlySpan<byte> block)
    {
        var size = familyAndTransport switch { 0x11 => 4, 0x21 => 16, _ => 0 };
        if (size == 0)
        {
            return null;
        }

        var source = Endpoint.FromNetworkOrder(block[..size], BinaryPrimitives.ReadUInt16BigEndian(block[(2 * size)..]));
        var destination = Endpoint.FromNetworkOrder(block[size..(2 * size)], BinaryPrimitives.ReadUInt16BigEndian(block[((2 * size) + 2)..]));
        return new(destination, source);
    }

    private static ProxyError CheckTlvs(ReadOnlySpan<byte> header, int at)
    {
        var checksumAt = 0;
        while (at < header.Length)
        {
            if (header.Length - at < 3)
            {
                return ProxyError.BadTlv;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(header[(at + 1)..]);
            if (header.Length - at - 3 < length)
            {
                return ProxyError.BadTlv;
            }

            if (header[at] == ChecksumType)
            {
                if (length != 4 || checksumAt != 0)
                {
                    return ProxyError.BadChecksum;
                }

                checksumAt = at + 3;
            }

            at += 3 + length;
        }

        return checksumAt == 0 || Checksum(header, checksumAt) == BinaryPrimitives.ReadUInt32BigEndian(header[checksumAt..])
            ? ProxyError.None : ProxyError.BadChecksum;
    }

    /// <summary>CRC32c (RFC 4960 appendix B) of the header with the checksum's own octets taken as zero.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> header, int checksumAt)
    {
        var sum = uint.MaxValue;
        for (var i = 0; i < header.Length; i++)
        {
            sum = BitOperations.Crc32C(sum, i >= checksumAt && i < checksumAt + 4 ? (byte)0 : header[i]);
        }

        return ~sum;
    }
}
