namespace Farewell.Protocol.Frames;

/// <summary>The four bytes that every frame begins with.</summary>
/// <param name="Type">The type as it stands on the wire; it may be none that <see cref="FrameType"/> names.</param>
/// <param name="Flags">The flags as they stand on the wire.</param>
/// <param name="Length">Bytes of body, 0 to 65,535.</param>
public readonly record struct FrameHeader(FrameType Type, FrameFlags Flags, ushort Length)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 4;

    /// <summary>The largest body of a frame, in bytes.</summary>
    public const int MaxBody = ushort.MaxValue;

    /// <summary>Whether the type is in the reserved range, which is skipped.</summary>
    public bool IsReserved => (byte)Type >= 0x80;

    /// <summary>Whether this version of the protocol names the type.</summary>
    public bool IsNamed => Type is >= FrameType.Hello and <= FrameType.Goodbye;

    /// <summary>Whether the flag <see cref="FrameFlags.More"/> is set.</summary>
    public bool HasMore => (Flags & FrameFlags.More) != 0;

    /// <summary>Writes the header to the first four bytes of <paramref name="destination"/>.</summary>
    /// <exception cref="IndexOutOfRangeException">It is shorter than that.</exception>
    public void Write(Span<byte> destination)
    {
        destination[3] = (byte)Length;
        destination[2] = (byte)(Length >> 8);
        destination[1] = (byte)Flags;
        destination[0] = (byte)Type;
    }
}
