namespace Farewell.Observation.Recording;

/// <summary>Whole numbers in as few octets as they need: seven bits each, the lowest first (LEB128); signed ones zigzagged.</summary>
internal static class Varint
{
    public static void Write(List<byte> to, ulong value)
    {
        while (value >= 0x80)
        {
            to.Add((byte)(value | 0x80));
            value >>= 7;
        }

        to.Add((byte)value);
    }

    public static void WriteSigned(List<byte> to, long value) => Write(to, (ulong)(value << 1) ^ (ulong)(value >> 63));

    /// <summary>Reads one and moves on; false when the octets end before it does or it has more than 64 bits.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> from, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && !from.IsEmpty; shift += 7)
        {
            var octet = from[0];
            from = from[1..];
            value |= (ulong)(octet & 0x7f) << shift;
            if (octet < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    public static bool TryReadSigned(ref ReadOnlySpan<byte> from, out long value)
    {
        var read = TryRead(ref from, out var bits);
        value = (long)(bits >> 1) ^ -(long)(bits & 1);
        return read;
    }
}
