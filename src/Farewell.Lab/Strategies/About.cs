namespace Farewell.Lab.Strategies;

/// <summary>What a strategy is about.</summary>
/// <param name="Name">Its name on the command line: lower case, words joined by hyphens, unique.</param>
/// <param name="Ender">The side that does the ending; the other one is the peer whose view is reported.</param>
/// <param name="Order">Its place within its group.</param>
public sealed record About(string Name, EndingSide Ender, int Order)
{
    /// <summary>What the ending side does, in one sentence without a full stop.</summary>
    public required string Does { get; init; }

    /// <summary>What to learn from it, in one sentence of at most 90 characters.</summary>
    public required string Lesson { get; init; }

    /// <summary>Why it is so, for docs/endings.md; null where the lesson says it all.</summary>
    public string? Why { get; init; }

    /// <summary>The file in samples/Endings that it runs; null for none.</summary>
    public string? Sample { get; init; }

    /// <summary>Every outcome that a connection may show; more than one where the strategy is a race.</summary>
    public required IReadOnlyList<Outcome> Expected { get; init; }

    /// <summary>Whether it changes settings of the private network and so must not run beside others.</summary>
    public bool RunsAlone { get; init; }

    /// <summary>Whether its time-outs make it take seconds, so that the lab starts it first.</summary>
    public bool IsSlow { get; init; }
}
