namespace Farewell.Protocol.Sessions;

/// <summary>What <see cref="Spare{T}"/> is for, in numbers.</summary>
internal static class Spare
{
    /// <summary>The longest array that an emptied list keeps for whoever is next: what the pool gives at least.</summary>
    public const int MostKept = 16;

    /// <summary>So many emptied lists of a kind each thread keeps beside the first.</summary>
    public const int MostOfAKind = 255;
}

/// <summary>
/// Emptied lists of its kind, with their memory, of each thread: the next session on the thread that has something to keep keeps it there, and a session that has nothing keeps no list. A message so costs
/// neither an allocation nor a visit to a pool, and an idle session nothing. One is the rule; there are more where many sessions of a thread wait for their transports at once.
/// </summary>
internal static class Spare<T>
    where T : class, new()
{
    [ThreadStatic]
    private static T? _one;

    [ThreadStatic]
    private static Stack<T>? _more;

    /// <summary>An empty list.</summary>
    public static T Take()
    {
        if (_one is { } one)
        {
            _one = null;
            return one;
        }

        return _more is { Count: > 0 } more ? more.Pop() : new T();
    }

    /// <summary>Gives an empty list away, which nobody may refer to any more.</summary>
    /// <returns>Null, for whoever held it.</returns>
    public static T? Give(T empty)
    {
        if (_one is null)
        {
            _one = empty;
        }
        else if ((_more ??= []).Count < Spare.MostOfAKind)
        {
            _more.Push(empty);
        }

        return null;
    }
}
