namespace Farewell.Protocol.Sessions;

/// <summary>
/// One emptied object of each kind for each thread, with its memory: the next session on the thread that has something to keep keeps it there, and a session that has nothing keeps no such object. A message
/// so costs neither an allocation nor a visit to a pool, and an idle session nothing. What one thread takes and another gives is made anew each time, but for its memory, which goes back to the pool.
/// </summary>
internal sealed class Spares
{
    /// <summary>The longest array that an emptied list keeps for whoever is next: what the pool gives at least.</summary>
    public const int MostKept = 16;

    [ThreadStatic]
    private static Spares? _here;

    private Inbound? _inbound;
    private Outbox? _outbox;
    private Assembly? _assembly;
    private OpenList<AskIn>? _asksIn;
    private OpenAsks? _asksOut;

    private static Spares Here => _here ??= new Spares();

    public static Inbound TakeInbound() => Take(ref Here._inbound);

    public static Outbox TakeOutbox() => Take(ref Here._outbox);

    public static Assembly TakeAssembly() => Take(ref Here._assembly);

    public static OpenList<AskIn> TakeAsksIn() => Take(ref Here._asksIn);

    public static OpenAsks TakeAsksOut() => Take(ref Here._asksOut);

    /// <summary>Gives an empty object away, which nobody may refer to any more.</summary>
    /// <returns>Null, for whoever held it.</returns>
    public static Inbound? Give(Inbound empty)
    {
        Here._inbound = empty;
        return null;
    }

    /// <inheritdoc cref="Give(Inbound)"/>
    public static Outbox? Give(Outbox empty)
    {
        Here._outbox?.ReleaseMemory();
        Here._outbox = empty;
        return null;
    }

    /// <inheritdoc cref="Give(Inbound)"/>
    public static Assembly? Give(Assembly empty)
    {
        Here._assembly = empty;
        return null;
    }

    /// <inheritdoc cref="Give(Inbound)"/>
    public static OpenList<AskIn>? Give(OpenList<AskIn> empty)
    {
        Here._asksIn?.ReleaseMemory();
        Here._asksIn = empty;
        return null;
    }

    /// <inheritdoc cref="Give(Inbound)"/>
    public static OpenAsks? Give(OpenAsks empty)
    {
        Here._asksOut?.ReleaseMemory();
        Here._asksOut = empty;
        return null;
    }

    private static T Take<T>(ref T? spare)
        where T : class, new()
    {
        var taken = spare ?? new T();
        spare = null;
        return taken;
    }
}
