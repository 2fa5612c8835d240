namespace Farewell.Sessions;

/// <summary>
/// Octets on their way through a session: what came and nobody has read yet, and what is said and not sent. Their memory is from a pool, and so is this object: each thread keeps an empty one, and a session
/// through which nothing passes has none.
/// </summary>
internal sealed class Transit
{
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
