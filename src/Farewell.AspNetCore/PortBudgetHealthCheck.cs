using System.Globalization;
using Farewell.Observation;
using Farewell.Observation.Metrics;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Farewell.AspNetCore;

/// <summary>
/// Whether this host is close to running out of ephemeral ports towards any destination. Reads the kernel's table (some 20 ms for 100,000
/// connections), needs no privilege, and takes one reading for all probes of a second.
/// </summary>
public sealed class PortBudgetHealthCheck : IHealthCheck, IDisposable
{
    // Below this many ports taken no forecast is believed.
    private const double ForecastShare = 0.1;

    // No probe asks who; what reading the owners also does, looking for bound and idle sockets, may be so old.
    private static readonly TimeSpan OwnersKept = TimeSpan.FromSeconds(30);

    private readonly PortBudgetHealthCheckOptions _options;
    private readonly ReadingCache _readings;

    /// <summary>Opens the connection table of the network namespace that this process is in.</summary>
    /// <exception cref="ObservationException">The table cannot be read at all.</exception>
    public PortBudgetHealthCheck(IOptions<PortBudgetHealthCheckOptions> options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _readings = new ReadingCache(MachineReader.Open(time, OwnersKept), _options.MaxAge, time);
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return Task.FromResult(Judge(_readings.Get(), _options, context?.Registration?.FailureStatus ?? HealthStatus.Unhealthy));
        }
        catch (ObservationException failed)
        {
            return Task.FromResult(HealthCheckResult.Degraded("The connection table cannot be read: " + failed.Message, failed));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _readings.Dispose();

    internal static HealthCheckResult Judge(MachineReading reading, PortBudgetHealthCheckOptions options, HealthStatus worst)
    {
        if (reading.Budgets.MaxBy(b => b.Share) is not { } top)
        {
            return HealthCheckResult.Healthy("Nothing is dialled from here.");
        }

        var soonest = reading.Budgets.Where(b => b.Share >= ForecastShare && b.SecondsToExhaustion is not null).MinBy(b => b.SecondsToExhaustion);
        var budget = top.Share >= options.DegradedShare ? top : soonest ?? top;
        var soon = budget.SecondsToExhaustion < options.DegradedBefore.TotalSeconds && budget.Share >= ForecastShare;
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{budget.Destination}: {budget.InUse} of {budget.Limit} ports taken, {budget.TimeWait} in TIME_WAIT, {budget.PerSecond:0.#} a second, the cliff at {budget.CliffAt}.");
        return budget.Share >= options.UnhealthyShare
            ? new(worst, text, data: DataOf(budget))
            : budget.Share >= options.DegradedShare || soon
                ? HealthCheckResult.Degraded(text, data: DataOf(budget))
                : HealthCheckResult.Healthy(text, DataOf(budget));
    }

    private static Dictionary<string, object> DataOf(PortBudget budget)
    {
        Dictionary<string, object> data = new()
        {
            ["destination"] = budget.Destination.ToString(),
            ["inUse"] = budget.InUse,
            ["limit"] = budget.Limit,
            ["timeWait"] = budget.TimeWait,
            ["cliffAt"] = budget.CliffAt,
            ["perSecond"] = Math.Round(budget.PerSecond, 1),
        };
        if (budget.SecondsToExhaustion is { } seconds)
        {
            data.Add("secondsToExhaustion", Math.Round(seconds, 1));
        }

        return data;
    }
}
