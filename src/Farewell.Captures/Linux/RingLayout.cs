namespace Farewell.Captures.Linux;

/// <summary>Where things stand in a TPACKET_V3 block (<c>struct tpacket_block_desc</c>, <c>tpacket3_hdr</c> and <c>sockaddr_ll</c> of
/// linux/if_packet.h).</summary>
internal static unsafe class RingLayout
{
    public const int BlockStatus = 8;
    public const int BlockPackets = 12;
    public const int BlockFirstPacket = 16;

    public const uint OwnedByKernel = 0;
    public const uint OwnedByUser = 1;

    private const int Seconds = 4;
    private const int Nanoseconds = 8;
    private const int Captured = 12;
    private const int OnWire = 16;
    private const int FrameOffset = 24;
    private const int AddressHardwareType = 48 + 8;
    private const int AddressPacketType = 48 + 10;

    /// <summary>The packet whose header begins at <paramref name="at"/>; it borrows the ring's memory.</summary>
    public static CapturedPacket Packet(byte* at)
    {
        int hardware = *(ushort*)(at + AddressHardwareType);
        return new CapturedPacket(
            (*(uint*)(at + Seconds) * 1_000_000_000L) + *(uint*)(at + Nanoseconds),
            hardware == FilterProgram.HardwareNone ? LinkType.Raw : LinkType.Ethernet,
            new ReadOnlySpan<byte>(at + *(ushort*)(at + FrameOffset), *(int*)(at + Captured)),
            *(int*)(at + OnWire),
            hardware == FilterProgram.HardwareLoopback ? PacketDirection.Loopback : Direction(at[AddressPacketType]));
    }

    // PACKET_HOST, PACKET_BROADCAST and PACKET_MULTICAST are 0, 1 and 2.
    private static PacketDirection Direction(byte kind) => kind switch
    {
        <= 2 => PacketDirection.Incoming,
        3 => PacketDirection.Passing,
        4 => PacketDirection.Outgoing,
        _ => PacketDirection.Unknown,
    };
}
