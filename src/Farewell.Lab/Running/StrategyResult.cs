using Farewell.Captures.Tracking;
using Farewell.Lab.Strategies;
using Farewell.Lab.Witnesses;

namespace Farewell.Lab.Running;

/// <summary>What one strategy showed.</summary>
public sealed record StrategyResult
{
    /// <summary>The strategy.</summary>
    public required Strategy Strategy { get; init; }

    /// <summary>Why it did not run; null when it did.</summary>
    public string? Skipped { get; init; }

    /// <summary>How each connection ended.</summary>
    public IReadOnlyList<Outcome> Outcomes { get; init; } = [];

    /// <summary>TIME-WAITs on the client's host, by the kernel's table.</summary>
    public int TimeWaitAtClient { get; init; }

    /// <summary>TIME-WAITs on the server's host, by the kernel's table.</summary>
    public int TimeWaitAtServer { get; init; }

    /// <summary>Octets that the ending side's application had written, where the lab holds the peer's socket.</summary>
    public long BytesSent { get; init; }

    /// <summary>Octets of these that the peer's application read.</summary>
    public long BytesRead { get; init; }

    /// <summary>The packets of the first connection, as the client's interface saw them.</summary>
    public IReadOnlyList<TimedSegment> Segments { get; init; } = [];

    /// <summary>The witnesses that were heard.</summary>
    public IReadOnlyList<string> Witnesses { get; init; } = [];

    /// <summary>Why no packets were captured; null when they were.</summary>
    public string? PacketsMissing { get; init; }

    /// <summary>The differences between witnesses, each with the number of connections that showed it.</summary>
    public IReadOnlyList<(Disagreement Difference, int Connections)> Differences { get; init; } = [];

    /// <summary>Outcomes that the strategy did not expect, and faults of the run such as tables that did not settle.</summary>
    public IReadOnlyList<string> Unexpected { get; init; } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether no witness contradicts another without a segment that explains it.</summary>
    public bool Agree => Differences.All(d => d.Difference.Explanation is not null);

    /// <summary>Whether something is to be looked at.</summary>
    public bool IsFinding => !Agree || Unexpected.Count > 0;
}
