using System.Text.Json.Serialization;

namespace Farewell.Bench.Measuring;

/// <summary>One subject in one case; null is not measured there. Medians of the rounds.</summary>
internal sealed record Measurement(string Case, string Subject)
{
    public double? CpuMicrosPerOp { get; init; }

    public double? OpsPerSecond { get; init; }

    public double? P50Micros { get; init; }

    public double? P99Micros { get; init; }

    public double? P999Micros { get; init; }

    public double? RssBytesPerConnection { get; init; }

    public double? AllocatedBytesPerOp { get; init; }

    /// <summary>Seconds from the order to stop to its report.</summary>
    public double? StopSeconds { get; init; }

    /// <summary>What the case is about, against the limit's: CPU, the 99th percentile, or memory.</summary>
    public double? ToLimit { get; init; }

    /// <summary>And against the best peer's.</summary>
    public double? ToBestPeer { get; init; }

    /// <summary>The least and the most of the rounds, of what the case is about.</summary>
    [JsonIgnore]
    public (double Least, double Most) Range { get; init; }

    /// <summary>What is compared.</summary>
    [JsonIgnore]
    public double? Figure { get; init; }

    public string? Note { get; init; }
}
