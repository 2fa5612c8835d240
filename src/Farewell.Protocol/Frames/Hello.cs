using System.Buffers.Binary;

namespace Farewell.Protocol.Frames;

/// <summary>What a side announces: <c>docs/protocol.md</c> section 2.1. Times are in milliseconds.</summary>
/// <param name="LowestVersion">The lowest version spoken.</param>
/// <param name="HighestVersion">The highest version spoken.</param>
/// <param name="Role">The sender's role.</param>
/// <param name="Idle">After so long without a message the sender ends the session; 0 is never.</param>
/// <param name="Grace">The time a side asked to leave is given.</param>
/// <param name="Hard">The longest that work in hand which makes progress extends the grace to.</param>
/// <param name="Largest">The largest payload accepted, in bytes.</param>
/// <param name="Window">The cost of unreturned messages and asks accepted, in bytes.</param>
public readonly record struct Hello(
    byte LowestVersion, byte HighestVersion, Role Role, uint Idle, uint Grace, uint Hard, uint Largest, uint Window)
{
    /// <summary>The version this code speaks.</summary>
    public const byte Version = 1;

    /// <summary>Bytes of the body that is written.</summary>
    public const int Size = 28;

    /// <summary>The largest window, in bytes.</summary>
    public const uint MaxWindow = 1 << 30;

    /// <summary>What a message or ask costs beyond its payload, in bytes.</summary>
    public const uint Overhead = 64;

    /// <summary>The cost that may be sent before the peer's Hello is read, in bytes.</summary>
    public const uint EarlyWindow = 1024;

    /// <summary>The largest payload that may be sent before the peer's Hello is read, in bytes.</summary>
    public const uint EarlyLargest = EarlyWindow - Overhead;

    /// <summary>How many nested asks a side may have without reply.</summary>
    public const int MaxNested = 256;

    private static ReadOnlySpan<byte> Magic => "FRWL"u8;

    /// <summary>Whether every field is in its range.</summary>
    public bool IsValid => (byte)Role <= 1 && Hard >= Grace && Largest is > 0 and <= MaxWindow - Overhead
        && Window >= Largest + Overhead && Window <= MaxWindow;

    /// <summary>Whether a byte can stand at an offset (0 to 7) of a connection that begins with Hello.</summary>
    public static bool Fits(int offset, byte value) => offset switch
    {
        0 => value == (byte)FrameType.Hello,
        1 or 2 => value == 0,
        3 => value >= Size,
        _ => value == Magic[offset - FrameHeader.Size],
    };

    /// <summary>Reads a body of at least <see cref="Size"/> bytes; its magic has been checked.</summary>
    public static Hello Read(ReadOnlySpan<byte> body) => new(
        body[4], body[5], (Role)body[6], At(body, 8), At(body, 12), At(body, 16), At(body, 20), At(body, 24));

    /// <summary>Writes the body, <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> body)
    {
        Magic.CopyTo(body);
        body[4] = LowestVersion;
        body[5] = HighestVersion;
        body[6] = (byte)Role;
        body[7] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(body[8..], Idle);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], Grace);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], Hard);
        BinaryPrimitives.WriteUInt32BigEndian(body[20..], Largest);
        BinaryPrimitives.WriteUInt32BigEndian(body[24..], Window);
    }

    private static uint At(ReadOnlySpan<byte> body, int offset) => BinaryPrimitives.ReadUInt32BigEndian(body[offset..]);
}
