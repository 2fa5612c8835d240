using System.Net;
using Farewell.Tcp;

namespace Farewell.Captures.Tests;

public sealed class PacketParserTests
{
    private static readonly Segment Data = Frame.Ack(1000, 2000, 5);
    private static readonly byte[] Tcp = Frame.Tcp(Data);
    private static readonly byte[] V4 = Frame.V4(Tcp);
    private static readonly byte[] V6 = Frame.V6(Tcp);

    public static TheoryData<string, LinkType, byte[]> Found => new()
    {
        { "Ethernet, IPv4", LinkType.Ethernet, Frame.Ethernet(V4) },
        { "Ethernet, IPv6", LinkType.Ethernet, Frame.Ethernet(V6) },
        { "Ethernet, padded", LinkType.Ethernet, [.. Frame.Ethernet(V4), 0, 0, 0, 0] },
        { "VLAN", LinkType.Ethernet, Frame.Ethernet(V4, 0x8100) },
        { "QinQ", LinkType.Ethernet, Frame.Ethernet(V6, 0x88a8, 0x8100) },
        { "old QinQ", LinkType.Ethernet, Frame.Ethernet(V4, 0x9100, 0x8100) },
        { "PPPoE", LinkType.Ethernet, [.. new byte[12], 0x88, 0x64, 0x11, 0, 0, 1, 0, 47, 0, 0x21, .. V4] },
        { "raw 101", LinkType.Raw, V4 },
        { "raw 101, IPv6", LinkType.Raw, V6 },
        { "raw 12", LinkType.RawDlt, V4 },
        { "IPv4", LinkType.IPv4, V4 },
        { "IPv6", LinkType.IPv6, V6 },
        { "null, little-endian", LinkType.Null, Frame.Family(V4, 2, 0, 0, 0) },
        { "null, big-endian", LinkType.Null, Frame.Family(V4, 0, 0, 0, 2) },
        { "null, IPv6 of macOS", LinkType.Null, Frame.Family(V6, 30, 0, 0, 0) },
        { "loop", LinkType.Loop, Frame.Family(V6, 0, 0, 0, 24) },
        { "cooked", LinkType.LinuxCooked, Frame.Sll(V4) },
        { "cooked 2", LinkType.LinuxCooked2, Frame.Sll2(V6) },
        { "IPv4 options", LinkType.Raw, Frame.V4(Tcp, options: [1, 1, 1, 0]) },
        { "IPv4, first fragment's rest elsewhere", LinkType.Raw, Frame.V4(Tcp, fragment: 0x2000) },
        { "IPv4, don't fragment", LinkType.Raw, Frame.V4(Tcp, fragment: 0x4000) },
        { "IPv4, no total length", LinkType.Raw, Frame.V4(Tcp, totalLength: 0) },
        { "IPv6, no payload length", LinkType.Raw, Frame.V6(Tcp, payloadLength: 0) },
        { "IPv6, hop by hop", LinkType.Raw, Frame.V6(Frame.Extension(6, 0, 8, Tcp), next: 0) },
        { "IPv6, destination of 16, routing", LinkType.Raw, Frame.V6(Frame.Extension(43, 1, 16, Frame.Extension(6, 0, 8, Tcp)), next: 60) },
        { "IPv6, atomic fragment", LinkType.Raw, Frame.V6(Frame.Extension(6, 0, 8, Tcp), next: 44) },
        { "IPv6, authentication", LinkType.Raw, Frame.V6(Frame.Extension(6, 4, 24, Tcp), next: 51) },
    };

    [Theory]
    [MemberData(nameof(Found))]
    public void Parses(string what, LinkType link, byte[] frame)
    {
        PacketParser.TryParse(frame, link, out var packet).ShouldBeTrue(what);
        packet.Segment.ShouldBe(Data, what);
        var (from, to) = packet.Tuple.Local.IsIPv6 ? ("fd00::1", "fd00::2") : ("10.0.0.1", "10.0.0.2");
        packet.Tuple.Local.ShouldBe(Endpoint.From(new IPEndPoint(IPAddress.Parse(from), 40000)), what);
        packet.Tuple.Remote.ShouldBe(Endpoint.From(new IPEndPoint(IPAddress.Parse(to), 80)), what);
        packet.Window.ShouldBe((ushort)512);
        packet.Timestamps.ShouldBeNull();
    }

    public static TheoryData<string, LinkType, byte[]> NotFound => new()
    {
        { "empty", LinkType.Ethernet, [] },
        { "empty raw", LinkType.Raw, [] },
        { "half an Ethernet header", LinkType.Ethernet, new byte[10] },
        { "ARP", LinkType.Ethernet, [.. new byte[12], 0x08, 0x06, .. V4] },
        { "VLAN tag without an end", LinkType.Ethernet, [.. new byte[12], 0x81, 0x00, 0, 7] },
        { "UDP", LinkType.Raw, Frame.V4(Tcp, protocol: 17) },
        { "IPv4, later fragment", LinkType.Raw, Frame.V4(Tcp, fragment: 0x2010) },
        { "IPv4, header length below 20", LinkType.Raw, [0x44, .. V4[1..]] },
        { "IPv4, header length beyond the frame", LinkType.Raw, [0x4f, .. V4[1..30]] },
        { "IPv4, total length below its headers", LinkType.Raw, Frame.V4(Tcp, totalLength: 39) },
        { "IPv6, later fragment", LinkType.Raw, Frame.V6([6, 0, 0, 8, 0, 0, 0, 1, .. Tcp], next: 44) },
        { "IPv6, no next header", LinkType.Raw, Frame.V6(Tcp, next: 59) },
        { "IPv6, extension beyond the frame", LinkType.Raw, Frame.V6(Frame.Extension(6, 255, 8, Tcp), next: 0) },
        { "TCP header below 20", LinkType.Raw, Frame.V4([.. Tcp[..12], 0x40, .. Tcp[13..]]) },
        { "TCP header beyond the packet", LinkType.Raw, Frame.V4([.. Tcp[..12], 0xf0, .. Tcp[13..]]) },
        { "version 5", LinkType.Raw, [0x55, .. V4[1..]] },
        { "null, AppleTalk", LinkType.Null, Frame.Family(V4, 16, 0, 0, 0) },
        { "unknown link type", (LinkType)105, V4 },
    };

    [Theory]
    [MemberData(nameof(NotFound))]
    public void Refuses(string what, LinkType link, byte[] frame) =>
        PacketParser.TryParse(frame, link, out _).ShouldBeFalse(what);

    [Theory]
    [InlineData(20, true, true)]
    [InlineData(16, true, false)]
    [InlineData(14, false, false)]
    public void FrameCutByTheCapture_KeepsItsPayloadLength(int tcpOctets, bool windowKnown, bool wholeHeader)
    {
        var whole = Frame.Ethernet(Frame.V4(Frame.Tcp(Frame.Ack(1, 2, 900), options: Frame.Timestamps(7, 8))));
        PacketParser.TryParse(whole.AsSpan(0, 14 + 20 + tcpOctets), LinkType.Ethernet, out var packet).ShouldBeTrue();
        packet.Segment.Length.ShouldBe(900);
        packet.Window.ShouldBe(windowKnown ? (ushort)512 : (ushort)0);
        packet.Timestamps.ShouldBeNull();
        packet.IPLength.ShouldBe(20 + 32 + 900);
        (tcpOctets >= 20).ShouldBe(wholeHeader);
    }

    [Fact]
    public void FrameCutBeforeTheFlags_IsRefused() =>
        PacketParser.TryParse(Frame.Ethernet(V4).AsSpan(0, 14 + 20 + 13), LinkType.Ethernet, out _).ShouldBeFalse();

    [Fact]
    public void NoTotalLengthAndCut_TakesTheLengthOnTheWire()
    {
        var frame = Frame.Ethernet(Frame.V4(Frame.Tcp(Frame.Ack(1, 2, 100)), totalLength: 0));
        PacketParser.TryParse(frame.AsSpan(0, 60), LinkType.Ethernet, 70_054, out var packet).ShouldBeTrue();
        packet.Segment.Length.ShouldBe(70_000);
    }

    [Fact]
    public void Timestamps_AreFoundBehindOtherOptions()
    {
        byte[] options = [2, 4, 5, 0xb4, 4, 2, .. Frame.Timestamps(0xdead_beef, 77)[2..], 1, 3, 3, 7];
        PacketParser.TryParse(Frame.V4(Frame.Tcp(Frame.Syn(9), options: options)), LinkType.Raw, out var packet).ShouldBeTrue();
        packet.Timestamps.ShouldBe(new TcpTimestamps(0xdead_beef, 77));
    }

    [Fact]
    public void OptionOfLengthZero_EndsTheOptions()
    {
        byte[] options = [3, 0, .. Frame.Timestamps(1, 2)[2..]];
        PacketParser.TryParse(Frame.V4(Frame.Tcp(Frame.Syn(9), options: options)), LinkType.Raw, out var packet).ShouldBeTrue();
        packet.Timestamps.ShouldBeNull();
    }

    [Fact]
    public void Parse_AllocatesNothing()
    {
        var frame = Frame.Ethernet(Frame.V4(Frame.Tcp(Data, options: Frame.Timestamps(1, 2))));
        PacketParser.TryParse(frame, LinkType.Ethernet, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            PacketParser.TryParse(frame, LinkType.Ethernet, out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
