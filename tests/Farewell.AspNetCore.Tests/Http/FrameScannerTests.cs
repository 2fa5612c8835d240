namespace Farewell.AspNetCore.Tests.Http;

public sealed class FrameScannerTests
{
    // RFC 6455 section 5.7 and its like: an unmasked text, a masked one, a ping, 256 and 65,536 octets, and then close frames.
    public static TheoryData<byte[], bool> Streams => new()
    {
        { [], false },
        { [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f], false },
        { [0x81, 0x02, 0x88, 0x00], false },
        { [0x88], false },
        { [0x88, 0x00], true },
        { [0x88, 0x80, 1, 2, 3], false },
        { [0x88, 0x80, 1, 2, 3, 4], true },
        { [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58, 0x88, 0x82, 0, 0, 0, 0, 3, 0xe8], true },
        { [0x89, 0x00, 0x82, 0x7e, 0x01, 0x00, .. new byte[256], 0x88, 0x02, 3, 0xe8], true },
        { [0x82, 0x7e, 0x01, 0x00, .. Enumerable.Repeat((byte)0x88, 256)], false },
        { [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 9, 9, 9, 9, .. new byte[65_536], 0xc8, 0x00], true },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Scan_FindsTheCloseFrame_HoweverItIsCut(byte[] octets, bool hasClosed)
    {
        foreach (var size in new[] { 1, 2, 3, 7, 1000, int.MaxValue })
        {
            var scanner = default(FrameScanner);
            for (var at = 0; at < octets.Length; at += Math.Min(size, octets.Length - at))
            {
                scanner.Scan(octets.AsSpan(at, Math.Min(size, octets.Length - at)));
            }

            scanner.HasClosed.ShouldBe(hasClosed, $"in pieces of {size}");
        }
    }
}
