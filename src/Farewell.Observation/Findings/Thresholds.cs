namespace Farewell.Observation.Findings;

/// <summary>From where on something is a finding. The reasons stand in docs/doctor.md.</summary>
public sealed record Thresholds
{
    /// <summary>What the command and the health check use unless told otherwise.</summary>
    public static Thresholds Default { get; } = new();

    /// <summary>Ports run out within so many seconds: a warning.</summary>
    public double ExhaustionSeconds { get; init; } = 300;

    /// <summary>So much of a budget is taken: a warning, whatever the rate.</summary>
    public double ExhaustionShare { get; init; } = 0.9;

    /// <summary>Below this share of a budget no forecast is believed.</summary>
    public double ForecastShare { get; init; } = 0.1;

    /// <summary>So much of a budget is in TIME-WAIT: churn, a warning.</summary>
    public double ChurnShare { get; init; } = 0.5;

    /// <summary>So much of a budget is in TIME-WAIT: churn, information.</summary>
    public double ChurnInfoShare { get; init; } = 0.1;

    /// <summary>So much of the range is held by sockets that bound their port: a warning.</summary>
    public double BoundShare { get; init; } = 0.25;

    /// <summary>So many connections stay in CLOSE-WAIT from one reading to the next: a warning.</summary>
    public int CloseWaits { get; init; } = 10;

    /// <summary>So many closed connections wait for their peers' FIN: a warning.</summary>
    public int Orphans { get; init; } = 100;

    /// <summary>So much of a kernel table's limit is taken: a warning.</summary>
    public double TableShare { get; init; } = 0.8;

    /// <summary>So many accepted TIME-WAITs: worth mentioning.</summary>
    public int AcceptedTimeWaits { get; init; } = 10;

    /// <summary>So many TIME-WAITs missing in one interval: worth mentioning.</summary>
    public int Missing { get; init; } = 5;

    /// <summary>So much of the TIME-WAITs begun is gone early: resets alone, which kill a few per mille, do not explain it.</summary>
    public double KilledShare { get; init; } = 0.05;

    /// <summary>A limit of TIME-WAITs below this was lowered by hand; kernels choose no less from 1 GiB of memory on.</summary>
    public int FewTimeWaits { get; init; } = 4096;
}
