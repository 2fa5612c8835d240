namespace Farewell.Sessions;

/// <summary>
/// Octets on their way through a session: what came and nobody has read yet, and what is said and not sent. Their memory is from a pool, and so is this object: each thread keeps empty ones (as <c>Spare</c>
/// of the protocol does), and a session through which nothing passes has none.
/// </summary>
internal sealed class Transit
{
    private const int MostSpares = 255;

    [ThreadStatic]
    private static Transit? _spare;

    [ThreadStatic]
    private static Stack<Transit>? _moreSpares;

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
        if (_spare is { } spare)
        {
            _spare = null;
            return spare;
        }

        return _moreSpares is { Count: > 0 } more ? more.Pop() : new Transit();
    }

    /// <summary>Gives itself away if nothing passes.</summary>
    /// <returns>What is to be kept of it.</returns>
    public Transit? Rest()
    {
        if (Input is not null || Output is not null)
        {
            return this;
        }

        if (_spare is null)
        {
            _spare = this;
        }
        else if ((_moreSpares ??= []).Count < MostSpares)
        {
            _moreSpares.Push(this);
        }

        return null;
    }
}
