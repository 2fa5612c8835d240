using System.Buffers;

namespace Farewell.Sessions;

/// <summary>
/// Octets on their way through a session: what came and nobody has read yet, and what is said and not sent. Their memory is from a pool, and so is this object: each thread keeps an empty one, and a session
/// through which nothing passes has none.
/// </summary>
internal sealed class Transit
{
    private const int Small = 4 * 1024;
    private const int Large = 64 * 1024;

    // Headers and fields of what goes out beside a payload.
    private const int Overhead = 128;

    [ThreadStatic]
    private static Transit? _spare;

    /// <summary>What came while somebody else was taking events; null if nothing did.</summary>
    public byte[]? Input;

    public int InputLength;

    /// <summary>What is said; null if nothing is.</summary>
    public byte[]? Output;

    /// <summary>How much of it the transport has taken.</summary>
    public int OutputStart;

    public int OutputEnd;

    /// <summary>Whether the transport has not taken all that it was given.</summary>
    public bool IsSending;

    public static Transit Rent()
    {
        var rented = _spare ?? new Transit();
        _spare = null;
        return rented;
    }

    /// <summary>Room for what is to be said next; for less than all of it, perhaps, or nothing. What is small at first stays so: it goes out when it is full, and not with the end of a burst.</summary>
    public Span<byte> RoomFor(long payload) => (Output ??= ArrayPool<byte>.Shared.Rent(payload > Small - Overhead ? Large : Small)).AsSpan(OutputEnd);

    /// <summary>Gives itself away if nothing passes.</summary>
    /// <returns>What is to be kept of it.</returns>
    public Transit? Rest()
    {
        if (Input is not null || Output is not null)
        {
            return this;
        }

        _spare = this;
        return null;
    }
}
