using System.Buffers.Binary;

namespace Farewell.Captures.Parsing;

/// <summary>Steps over what a frame begins with, to its IP header.</summary>
internal static class LinkLayer
{
    private const ushort EtherIPv4 = 0x0800;
    private const ushort EtherIPv6 = 0x86dd;
    private const ushort EtherVlan = 0x8100;
    private const ushort EtherProviderVlan = 0x88a8;
    private const ushort EtherOldProviderVlan = 0x9100;
    private const ushort EtherPppoeSession = 0x8864;
    private const ushort PppIPv4 = 0x0021;
    private const ushort PppIPv6 = 0x0057;

    /// <summary>Where the IP header begins; true only if at least one octet of it is there.</summary>
    public static bool TryFindIP(ReadOnlySpan<byte> frame, LinkType link, out int offset)
    {
        offset = 0;
        var found = link switch
        {
            LinkType.Ethernet => TryEtherType(frame, 12, 14, out offset),
            LinkType.LinuxCooked => TryEtherType(frame, 14, 16, out offset),
            LinkType.LinuxCooked2 => TryEtherType(frame, 0, 20, out offset),
            LinkType.Null or LinkType.Loop => TryFamily(frame, out offset),
            LinkType.Raw or LinkType.RawDlt or LinkType.IPv4 or LinkType.IPv6 => true,
            _ => false,
        };
        return found && offset < frame.Length;
    }

    private static bool TryEtherType(ReadOnlySpan<byte> frame, int typeAt, int headerLength, out int offset)
    {
        offset = headerLength;
        if (frame.Length < headerLength)
        {
            return false;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(frame[typeAt..]);
        while (type is EtherVlan or EtherProviderVlan or EtherOldProviderVlan)
        {
            if (frame.Length < offset + 4)
            {
                return false;
            }

            type = BinaryPrimitives.ReadUInt16BigEndian(frame[(offset + 2)..]);
            offset += 4;
        }

        if (type == EtherPppoeSession && frame.Length >= offset + 8)
        {
            type = BinaryPrimitives.ReadUInt16BigEndian(frame[(offset + 6)..]);
            offset += 8;
            return type is PppIPv4 or PppIPv6;
        }

        return type is EtherIPv4 or EtherIPv6;
    }

    // The family is in the capturing machine's byte order, which the file does not tell; every family is below 256. AF_INET is 2
    // everywhere, AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS, 23 on Windows.
    private static bool TryFamily(ReadOnlySpan<byte> frame, out int offset)
    {
        offset = 4;
        if (frame.Length < 4)
        {
            return false;
        }

        var family = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        family = family > ushort.MaxValue ? BinaryPrimitives.ReverseEndianness(family) : family;
        return family is 2 or 10 or 23 or 24 or 28 or 30;
    }
}
