using System.Diagnostics.Metrics;
using Farewell.Tcp;

namespace Farewell.Observation.Metrics;

/// <summary>
/// The meter <c>Farewell.Ports</c>, for OpenTelemetry and whatever else listens to <see cref="Meter"/>s: nothing is read unless somebody collects. The
/// number of destinations reported is bounded; those beyond it are left out, the fullest are kept.
/// </summary>
public sealed class PortMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Farewell.Ports";

    /// <summary>How many destinations are reported unless told otherwise: 20.</summary>
    public const int DefaultMostDestinations = 20;

    private readonly Meter _meter = new(Name);
    private readonly ReadingCache _readings;
    private readonly int _most;

    /// <summary>Makes the instruments.</summary>
    /// <param name="readings">Where from; not disposed with this.</param>
    /// <param name="mostDestinations">The bound, 1 to 1,000.</param>
    public PortMeter(ReadingCache readings, int mostDestinations = DefaultMostDestinations)
    {
        ArgumentNullException.ThrowIfNull(readings);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostDestinations, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mostDestinations, 1000);
        (_readings, _most) = (readings, mostDestinations);
        _meter.CreateObservableGauge("farewell.time_wait.count", () => _readings.Get().States[TcpState.TimeWait], "{connection}", "TIME_WAITs there are.");
        _meter.CreateObservableGauge("farewell.ports.used", () => PerDestination(static b => b.InUse), "{port}", "Ephemeral ports taken towards a destination.");
        _meter.CreateObservableGauge("farewell.ports.limit", () => PerDestination(static b => b.Limit), "{port}", "Ephemeral ports there are towards a destination.");
        _meter.CreateObservableGauge("farewell.ports.cliff", () => PerDestination(static b => b.CliffAt), "{port}", "From so many on each connect() is slow.");
        _meter.CreateObservableCounter("farewell.endings", Endings, "{connection}", "Connections ended, by who closed first: local, or none (reset).");
        _meter.CreateObservableCounter("farewell.time_wait.overflows", () => _readings.Get().Counters?.TimeWaitOverflows ?? 0, "{connection}", "Endings without the TIME_WAIT they should have: the limit was reached.");
        _meter.CreateObservableCounter("farewell.time_wait.reused", () => _readings.Get().Counters?.TimeWaitsReused ?? 0, "{connection}", "TIME_WAITs that a new connection took over.");
        _meter.CreateObservableCounter("farewell.time_wait.killed", () => Killed(), "{connection}", "TIME_WAITs gone before their time: killed by a reset or ended by their peer's next connection, as far as collections have seen it.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private long Killed()
    {
        _readings.Get();
        return _readings.KilledEarly;
    }

    private List<Measurement<long>> Endings()
    {
        var counters = _readings.Get().Counters;
        return
        [
            new((counters?.TimeWaits ?? 0) + (counters?.TimeWaitOverflows ?? 0), new KeyValuePair<string, object?>("closed_first", "local")),
            new(counters?.ConnectionsReset ?? 0, new KeyValuePair<string, object?>("closed_first", "none")),
        ];
    }

    private List<Measurement<int>> PerDestination(Func<Ports.PortBudget, int> value) => [.. _readings.Get().Budgets.Take(_most).Select(b => new Measurement<int>(
        value(b),
        new KeyValuePair<string, object?>("source.address", b.Source.ToIPEndPoint().Address.ToString()),
        new KeyValuePair<string, object?>("server.address", b.Destination.ToIPEndPoint().Address.ToString()),
        new KeyValuePair<string, object?>("server.port", (int)b.Destination.Port)))];
}
