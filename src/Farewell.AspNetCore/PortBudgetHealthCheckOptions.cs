namespace Farewell.AspNetCore;

/// <summary>From where on <see cref="PortBudgetHealthCheck"/> calls this process's host degraded or unhealthy.</summary>
public sealed class PortBudgetHealthCheckOptions
{
    /// <summary>So much of a budget taken is degraded, 0 to 1; the cliff of <c>connect()</c> lies at 0.5, which is the default.</summary>
    public double DegradedShare { get; set; } = 0.5;

    /// <summary>So much of a budget taken is unhealthy, 0 to 1; 0.9 by default.</summary>
    public double UnhealthyShare { get; set; } = 0.9;

    /// <summary>Ports that run out sooner than this are degraded, whatever their share; 60 s by default.</summary>
    public TimeSpan DegradedBefore { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How old a reading may be, so that many probes cost one; 1 s by default.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(1);
}
