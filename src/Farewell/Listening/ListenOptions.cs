namespace Farewell.Listening;

/// <summary>How a listener is set up. Every default's reason stands in <c>docs/defaults.md</c>.</summary>
public sealed record ListenOptions
{
    /// <summary>
    /// How many connections may wait to be accepted, 1 or more; the kernel cuts it to <c>net.core.somaxconn</c>. Default 4,096. Not for a listener that was
    /// inherited, which has its own.
    /// </summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>What a killed process does to its connections. Default <see cref="CrashEnding.Fin"/>. No effect elsewhere than on Linux.</summary>
    public CrashEnding OnCrash { get; init; } = CrashEnding.Fin;
}
