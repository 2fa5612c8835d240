namespace Farewell.Protocol.Sessions;

/// <summary>What <see cref="Spare{T}"/> is for, in numbers.</summary>
internal static class Spare
{
    /// <summary>The longest array that an emptied list keeps for whoever is next: what the pool gives at least.</summary>
    public const int MostKept = 16;
}

/// <summary>
/// One emptied list of its kind for each thread, with its memory: the next session on the thread that has something to keep keeps it there, and a session that has nothing keeps no list. A message so costs
/// neither an allocation nor a visit to a pool, and an idle session nothing.
/// </summary>
internal static class Spare<T>
    where T : class, new()
{
    [ThreadStatic]
    private static T? _one;

    /// <summary>An empty list.</summary>
    public static T Take()
    {
        var one = _one ?? new T();
        _one = null;
        return one;
    }

    /// <summary>Gives an empty list away, which nobody may refer to any more.</summary>
    /// <returns>Null, for whoever held it.</returns>
    public static T? Give(T empty)
    {
        _one = empty;
        return null;
    }
}
