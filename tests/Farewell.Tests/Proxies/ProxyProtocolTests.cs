using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Farewell.Proxies;

namespace Farewell.Tests.Proxies;

public sealed class ProxyProtocolTests
{
    private const string V2 = "0d0a0d0a000d0a515549540a";
    private const string Four = "c0000207" + "c6336401" + "9c40" + "01bb";
    private const string Six = "20010db8000000000000000000000007" + "20010db8000000000000000000000001" + "9c40" + "01bb";
    private static readonly string Unix = new('0', 432);

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\n", "198.51.100.1:443 -> 192.0.2.7:40000")]
    [InlineData("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n", "255.255.255.255:65535 -> 0.0.0.0:0")]
    [InlineData("PROXY TCP6 2001:db8::7 2001:DB8::1 40000 443\r\n", "[2001:db8::1]:443 -> [2001:db8::7]:40000")]
    [InlineData("PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n", "[::1]:2 -> [::ffff:192.0.2.7]:1")]
    [InlineData("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535 -> [ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    [InlineData("PROXY UNKNOWN ffff:f...f:ffff whatever 65535 65535\r\n", null)]
    public void ReadsALine(string line, string? tuple) => ShouldRead(Encoding.ASCII.GetBytes(line), 1, false, tuple);

    [Theory]
    [InlineData("21" + "11" + "000c" + Four, false, "198.51.100.1:443 -> 192.0.2.7:40000")]
    [InlineData("21" + "21" + "0024" + Six, false, "[2001:db8::1]:443 -> [2001:db8::7]:40000")]
    [InlineData("21" + "11" + "0014" + Four + "04" + "0000" + "ea" + "0002" + "ffff", false, "198.51.100.1:443 -> 192.0.2.7:40000")]
    [InlineData("21" + "12" + "000c" + Four, false, null)] // UDP
    [InlineData("21" + "10" + "000c" + Four, false, null)] // no transport told
    [InlineData("21" + "00" + "0000", false, null)] // UNSPEC
    [InlineData("21" + "00" + "0003" + "ffffff", false, null)]
    [InlineData("20" + "00" + "0000", true, null)] // LOCAL
    [InlineData("20" + "ff" + "0002" + "0102", true, null)] // LOCAL: the rest is not looked at
    public void ReadsABinaryHeader(string rest, bool isLocal, string? tuple) => ShouldRead(Convert.FromHexString(V2 + rest), 2, isLocal, tuple);

    [Fact]
    public void ReadsABinaryHeaderOfAUnixSocket() => ShouldRead(Convert.FromHexString(V2 + "21" + "31" + "00d8" + Unix), 2, false, null);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", ProxyError.NotProxy)]
    [InlineData("PROXY\r\n", ProxyError.NotProxy)]
    [InlineData("PROXYTCP4", ProxyError.NotProxy)]
    [InlineData("\u0016\u0003\u0001", ProxyError.NotProxy)]
    [InlineData("\r\n\r\n\0\r\nquit\n", ProxyError.NotProxy)]
    [InlineData("PROXY UDP4 192.0.2.7 198.51.100.1 40000 443\r\n", ProxyError.BadLine)]
    [InlineData("PROXY UNKNOWNX\r\n", ProxyError.BadLine)]
    [InlineData("PROXY \r\n", ProxyError.BadLine)]
    [InlineData("PROXY TCP4\r\n", ProxyError.BadLine)]
    [InlineData("PROXY TCP4 \r\n", ProxyError.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 40000\r\n", ProxyError.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 40000 443 1\r\n", ProxyError.BadLine)]
    [InlineData("PROXY TCP4  192.0.2.7 198.51.100.1 40000 443\r\n", ProxyError.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 40000 443 \r\n", ProxyError.BadLine)]
    [InlineData("PROXY TCP4 192.0.2 198.51.100.1 40000 443\r\n", ProxyError.BadAddress)]
    [InlineData("PROXY TCP4 192.0.2.07 198.51.100.1 40000 443\r\n", ProxyError.BadAddress)]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.256 40000 443\r\n", ProxyError.BadAddress)]
    [InlineData("PROXY TCP4 192.0.2.7. 198.51.100.1 40000 443\r\n", ProxyError.BadAddress)]
    [InlineData("PROXY TCP4 ::1 ::1 40000 443\r\n", ProxyError.BadAddress)]
    [InlineData("PROXY TCP6 192.0.2.7 198.51.100.1 40000 443\r\n", ProxyError.BadAddress)]
    [InlineData("PROXY TCP6 [::1] ::1 40000 443\r\n", ProxyError.BadAddress)]
    [InlineData("PROXY TCP6 fe80::1%1 ::1 40000 443\r\n", ProxyError.BadAddress)]
    [InlineData("PROXY TCP6 1::2::3 ::1 40000 443\r\n", ProxyError.BadAddress)]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 40000 65536\r\n", ProxyError.BadPort)]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 040 443\r\n", ProxyError.BadPort)]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n", ProxyError.BadPort)]
    public void NamesWhatIsWrongWithALine(string line, ProxyError expected) => ShouldFail(Encoding.Latin1.GetBytes(line), expected);

    [Fact]
    public void EndsALineThatDoesNotEnd()
    {
        ShouldFail(Encoding.ASCII.GetBytes("PROXY UNKNOWN " + new string('x', 93)), ProxyError.TooLong);
        ShouldRead(Encoding.ASCII.GetBytes("PROXY UNKNOWN " + new string('x', 91) + "\r\n"), 1, false, null);
    }

    [Theory]
    [InlineData("11", ProxyError.BadVersion)]
    [InlineData("31", ProxyError.BadVersion)]
    [InlineData("22", ProxyError.BadCommand)]
    [InlineData("2111000b" + Four, ProxyError.ShortAddresses)]
    [InlineData("21210023", ProxyError.ShortAddresses)]
    [InlineData("213100d7", ProxyError.ShortAddresses)]
    [InlineData("2141", ProxyError.BadFamily)]
    [InlineData("2113", ProxyError.BadFamily)]
    [InlineData("21111000", ProxyError.TooLong)]
    [InlineData("20001000", ProxyError.TooLong)]
    [InlineData("2111000e" + Four + "0400", ProxyError.BadTlv)]
    [InlineData("2111000f" + Four + "040001", ProxyError.BadTlv)]
    [InlineData("21110013" + Four + "03000400000000", ProxyError.BadChecksum)]
    [InlineData("21110012" + Four + "030003000000", ProxyError.BadChecksum)]
    public void NamesWhatIsWrongWithABinaryHeader(string rest, ProxyError expected) => ShouldFail(Convert.FromHexString(V2 + rest), expected);

    [Fact]
    public void ChecksTheChecksum()
    {
        // The check value of CRC-32C: RFC 3720, appendix B.4, 32 octets of zeros (here with the checksum's own place among them).
        ProxyProtocol.Checksum(new byte[32], 4).ShouldBe(0x8a9136aau);

        var header = Convert.FromHexString(V2 + "2111" + "0016" + Four + "04" + "0000" + "03" + "0004" + "00000000");
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(^4), ProxyProtocol.Checksum(header, header.Length - 4));
        ShouldRead(header, 2, false, "198.51.100.1:443 -> 192.0.2.7:40000");
        for (var i = 16; i < header.Length - 7; i++)
        {
            header[i] ^= 1;
            ProxyProtocol.Read(header).Error.ShouldBeOneOf(ProxyError.BadChecksum, ProxyError.BadTlv);
            header[i] ^= 1;
        }
    }

    [Fact]
    public void AnyInputAnySplit_GivesOneResult()
    {
        var seeds = new[]
        {
            Encoding.ASCII.GetBytes("PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\nmore"),
            Encoding.ASCII.GetBytes("PROXY TCP6 2001:db8::7 ::1 40000 443\r\n"),
            Convert.FromHexString(V2 + "21110014" + Four + "040000ea0002ffff" + "ffff"),
            Convert.FromHexString(V2 + "21210024" + Six),
            Convert.FromHexString(V2 + "20000000"),
        };
        var mutated = Gen.Select(Gen.OneOf(seeds.Select(Gen.Const).ToArray()), Gen.Select(Gen.Double.Unit, Gen.Byte).Array[0, 4], (seed, changes) =>
        {
            var copy = seed.ToArray();
            foreach (var (at, to) in changes)
            {
                copy[(int)(at * copy.Length)] = to;
            }

            return copy;
        });
        mutated.Sample(octets => ShouldNotDependOnSplits(octets), iter: 50_000);
        Gen.Byte.Array[0, 150].Sample(octets => ShouldNotDependOnSplits(octets), iter: 20_000);
    }

    private static void ShouldRead(byte[] octets, int version, bool isLocal, string? tuple)
    {
        byte[] longer = [.. octets, 0x50, 0x0d];
        var reading = ProxyProtocol.Read(longer);
        reading.Error.ShouldBe(ProxyError.None);
        reading.Consumed.ShouldBe(octets.Length);
        reading.Header.Version.ShouldBe(version);
        reading.Header.IsLocal.ShouldBe(isLocal);
        reading.Header.Tuple?.ToString().ShouldBe(tuple);
        (reading.Header.Tuple is null).ShouldBe(tuple is null);
        ShouldNotDependOnSplits(longer);
    }

    private static void ShouldFail(byte[] octets, ProxyError expected)
    {
        var reading = ProxyProtocol.Read(octets);
        reading.Error.ShouldBe(expected);
        reading.IsIncomplete.ShouldBeFalse();
        reading.Consumed.ShouldBe(0);
        ShouldNotDependOnSplits(octets);
    }

    /// <summary>Every beginning is incomplete until one is not; from there on the result stays.</summary>
    private static void ShouldNotDependOnSplits(byte[] octets)
    {
        var first = default(ProxyReading);
        for (var length = 0; length <= octets.Length; length++)
        {
            var reading = ProxyProtocol.Read(octets.AsSpan(0, length));
            reading.Consumed.ShouldBeLessThanOrEqualTo(length);
            if (first.IsIncomplete)
            {
                first = reading;
            }
            else if (reading != first)
            {
                Assert.Fail($"{Convert.ToHexString(octets)}: {first} becomes {reading} after {length} octets");
            }
        }
    }
}
