namespace Farewell.Departures;

/// <summary>What <see cref="DepartureChooser"/> goes by. Every default's reason stands in <c>docs/defaults.md</c>.</summary>
public sealed record DepartureOptions
{
    /// <summary>The ports towards one destination; by default <see cref="PortBudget.OfThisMachine"/>, read once.</summary>
    public PortBudget Budget { get; init; } = PortBudget.OfThisMachine();

    /// <summary>The share of the budget that TIME_WAITs may take before FINs are given up, more than 0 and at most 1. Default 0.1.</summary>
    public double Share { get; init; } = 0.1;

    /// <summary>
    /// How long a TIME_WAIT lasts: 1 s to 1 h. Default 62 s on Linux (60 s, and up to 2 s of timer slack), elsewhere 240 s, the longest that Windows documents.
    /// </summary>
    public TimeSpan TimeWait { get; init; } = TimeSpan.FromSeconds(OperatingSystem.IsLinux() ? 62 : 240);

    /// <summary>Whether the kernel offers an unheld FIN. Default: on Linux.</summary>
    public bool OffersUnheldFin { get; init; } = OperatingSystem.IsLinux();

    /// <summary>
    /// For how many pairs of source address and destination TIME_WAITs are counted apart, 1 to 1,048,576; all beyond share one count. Default 4,096.
    /// </summary>
    public int Destinations { get; init; } = 4096;

    /// <exception cref="ArgumentOutOfRangeException">Something is out of its range.</exception>
    internal DepartureOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Budget.Ports, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Budget.Ports, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Share, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Share, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TimeWait, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TimeWait, TimeSpan.FromHours(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(Destinations, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Destinations, 1 << 20);
        return this;
    }
}
