namespace Farewell.Listening;

/// <summary>How an <see cref="Acceptor"/> behaves. Every default's reason stands in <c>docs/defaults.md</c>.</summary>
public sealed record AcceptorOptions
{
    /// <summary>How long to wait in a pause before the next try, more than zero. Default 100 ms.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How many of the process's descriptors (<c>RLIMIT_NOFILE</c>) connections are never to take, 0 or more; of a limit below four times as many, a quarter.
    /// Accepting pauses before. The limit is read when accepting begins. Linux only. Default 32.
    /// </summary>
    public int KeptDescriptors { get; init; } = 32;

    /// <summary>Told when accepting pauses and when it goes on, from the accepting task; must not throw.</summary>
    public Action<AcceptPause>? OnPause { get; init; }
}
