using CsCheck;

namespace Farewell.Captures.Tests;

public sealed class PacketParserFuzzTests
{
    private static readonly LinkType[] Links =
    [
        LinkType.Null, LinkType.Ethernet, LinkType.RawDlt, LinkType.Raw, LinkType.Loop, LinkType.LinuxCooked,
        LinkType.IPv4, LinkType.IPv6, LinkType.LinuxCooked2, (LinkType)0xffff,
    ];

    [Fact]
    public void RandomOctets_NeverThrow() =>
        Gen.Select(Gen.Byte.Array[0, 120], Gen.Int[0, Links.Length - 1], Gen.Int).Sample(
            (octets, index, original) =>
            {
                PacketParser.TryParse(octets, Links[index], original, out var packet);
                return packet.Segment.Length >= 0;
            },
            iter: 200_000);

    [Fact]
    public void DamagedFrames_NeverThrow()
    {
        foreach (var row in PacketParserTests.Found)
        {
            var (_, link, whole) = row.Data;
            var damage = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte);
            Gen.Select(damage.Array[1, 6], Gen.Int[0, whole.Length]).Sample(
                (hits, length) =>
                {
                    var frame = whole.ToArray();
                    foreach (var (at, value) in hits)
                    {
                        frame[at] = value;
                    }

                    var original = whole.Length;
                    return !PacketParser.TryParse(frame.AsSpan(0, length), link, original, out var packet) || packet.Segment.Length >= 0;
                },
                iter: 10_000);
        }
    }
}
