using System.Text.Json.Serialization;

namespace Farewell.Bench.Measuring;

/// <summary>One subject in one case; null is not measured there. Medians of the rounds.</summary>
internal sealed record Measurement(string Case, string Subject)
{
    public double? CpuMicrosPerOp { get; init; }

    public double? OpsPerSecond { get; init; }

    public double? P50Micros { get; init; }

    public double? P99Micros { get; init; }

    /// <summary>
    /// The 99th percentile of the calmest quarter of all seconds: what stops the virtual machine for a moment only ever adds, and stops everybody alike.
    /// </summary>
    public double? P99CalmMicros { get; init; }

    public double? P999Micros { get; init; }

    public double? RssBytesPerConnection { get; init; }

    public double? AllocatedBytesPerOp { get; init; }

    /// <summary>Seconds from the order to stop to its report.</summary>
    public double? StopSeconds { get; init; }

    /// <summary>What the case is about (CPU, the 99th percentile of the calm seconds, memory, or seconds) against the limit's: the median of the rounds' ratios, since a machine's speed changes between rounds.</summary>
    public double? ToLimit { get; init; }

    /// <summary>And against that of the peer with the least median.</summary>
    public double? ToBestPeer { get; init; }

    /// <summary>What is compared, round by round.</summary>
    [JsonIgnore]
    public IReadOnlyList<double> Figures { get; init; } = [];

    public string? Note { get; init; }
}
