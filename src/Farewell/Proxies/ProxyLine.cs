using System.Buffers.Text;
using System.Net;
using System.Text;
using Farewell.Tcp;

namespace Farewell.Proxies;

/// <summary>Version 1: one line of text, <c>PROXY TCP4 192.0.2.7 198.51.100.1 40000 443</c>.</summary>
internal static class ProxyLine
{
    /// <summary>The longest line with its CRLF that the specification allows.</summary>
    private const int Longest = 107;

    public static ReadOnlySpan<byte> Signature => "PROXY "u8;

    public static ProxyReading Read(ReadOnlySpan<byte> octets)
    {
        var window = octets[..Math.Min(octets.Length, Longest)];
        var end = window.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return octets.Length >= Longest ? ProxyProtocol.Fail(ProxyError.TooLong) : default;
        }

        var error = Parse(window[Signature.Length..end], out var tuple);
        return error == ProxyError.None ? new(new(1, false, tuple), end + 2, error) : ProxyProtocol.Fail(error);
    }

    private static ProxyError Parse(ReadOnlySpan<byte> words, out FourTuple? tuple)
    {
        tuple = null;
        if (words.SequenceEqual("UNKNOWN"u8) || words.StartsWith("UNKNOWN "u8))
        {
            return ProxyError.None;
        }

        var isIPv6 = words.StartsWith("TCP6 "u8);
        if (!isIPv6 && !words.StartsWith("TCP4 "u8))
        {
            return ProxyError.BadLine;
        }

        Span<Range> parts = stackalloc Range[5];
        words = words[5..];
        var count = 0;
        foreach (var part in words.Split((byte)' '))
        {
            if (count == 4 || part.GetOffsetAndLength(words.Length).Length == 0)
            {
                return ProxyError.BadLine;
            }

            parts[count++] = part;
        }

        if (count != 4)
        {
            return ProxyError.BadLine;
        }

        if (Address(words[parts[0]], isIPv6) is not { } source || Address(words[parts[1]], isIPv6) is not { } destination)
        {
            return ProxyError.BadAddress;
        }

        if (Number(words[parts[2]], ushort.MaxValue) is not { } sourcePort || Number(words[parts[3]], ushort.MaxValue) is not { } destinationPort)
        {
            return ProxyError.BadPort;
        }

        tuple = new(Endpoint.From(new(destination, destinationPort)), Endpoint.From(new(source, sourcePort)));
        return ProxyError.None;
    }

    private static IPAddress? Address(ReadOnlySpan<byte> text, bool isIPv6)
    {
        if (!isIPv6)
        {
            return Ipv4(text);
        }

        // No brackets, no scope, no prefix length: .NET would take them.
        if (text.IndexOfAnyExcept("0123456789abcdefABCDEF:."u8) >= 0 || !text.Contains((byte)':'))
        {
            return null;
        }

        return IPAddress.TryParse(Encoding.ASCII.GetString(text), out var address) ? address : null;
    }

    // Not .NET's parser: it takes "1", "0x7f.1" and octal numbers too.
    private static IPAddress? Ipv4(ReadOnlySpan<byte> text)
    {
        Span<byte> octets = stackalloc byte[4];
        var count = 0;
        foreach (var part in text.Split((byte)'.'))
        {
            if (count == 4 || Number(text[part], byte.MaxValue) is not { } number)
            {
                return null;
            }

            octets[count++] = (byte)number;
        }

        return count == 4 ? new(octets) : null;
    }

    private static int? Number(ReadOnlySpan<byte> text, int most) =>
        text.Length is > 0 and <= 5 && text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && (text.Length == 1 || text[0] != '0')
        && Utf8Parser.TryParse(text, out int number, out _) && number <= most ? number : null;
}
