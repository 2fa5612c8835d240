using Farewell.Lab.Strategies;

namespace Farewell.Lab.Churn;

/// <summary>One second of a churn run.</summary>
/// <param name="Second">Which, from 0.</param>
/// <param name="Ok">Connections that were opened in it, used and ended.</param>
/// <param name="Failed">Connects that failed in it.</param>
/// <param name="TimeWait">TIME-WAITs on the client's host towards the server at its end.</param>
/// <param name="ConnectMicros">The median of connect() in microseconds, failures included; null when there was none.</param>
public readonly record struct ChurnSecond(int Second, int Ok, int Failed, int TimeWait, double? ConnectMicros);

/// <summary>How long connect() took while a tenth of the port range was filled.</summary>
/// <param name="PortsUsedPercent">How full the range was at the beginning of this tenth: 0, 10, ... 90.</param>
/// <param name="ConnectMicros">The median of connect() in microseconds.</param>
public readonly record struct ChurnTenth(int PortsUsedPercent, double ConnectMicros);

/// <summary>What one strategy kept up.</summary>
public sealed record ChurnResult
{
    /// <summary>The strategy.</summary>
    public required SocketStrategy Strategy { get; init; }

    /// <summary>The size of the client's port range.</summary>
    public required int Ports { get; init; }

    /// <summary>Connections a second over the last 60 s, or over the whole run if it was shorter.</summary>
    public required double SustainedPerSecond { get; init; }

    /// <summary>How often connect() failed, by error.</summary>
    public required IReadOnlyDictionary<string, int> Errors { get; init; }

    /// <summary>The most TIME-WAITs on the client's host.</summary>
    public required int MaxTimeWaitAtClient { get; init; }

    /// <summary>The most TIME-WAITs on the server's host.</summary>
    public required int MaxTimeWaitAtServer { get; init; }

    /// <summary>Second by second.</summary>
    public required IReadOnlyList<ChurnSecond> Seconds { get; init; }

    /// <summary>Connect() as the range filled for the first time; empty when it never did, because no port was left in TIME-WAIT.</summary>
    public required IReadOnlyList<ChurnTenth> Filling { get; init; }
}
