using System.Diagnostics;
using System.Diagnostics.Metrics;
using Farewell.Sessions;
using Farewell.Tcp.Endings;

namespace Farewell.AspNetCore.Transports;

/// <summary>What Kestrel's connections came to, on the meter <c>Farewell</c>: <c>docs/kestrel.md</c>.</summary>
internal sealed class PartingMetrics
{
    private readonly Counter<long> _endings;
    private readonly UpDownCounter<long> _lingering;

    public PartingMetrics(IMeterFactory? factory)
    {
        var options = new MeterOptions(SessionMetrics.Name) { Version = typeof(SessionMetrics).Assembly.GetName().Version?.ToString(3) };
        var meter = factory?.Create(options) ?? new Meter(options);
        _endings = meter.CreateCounter<long>("farewell.http.endings", "{ending}", "Connections of Kestrel ended, by who closed first, how, who holds the TIME_WAIT, and why.");
        _lingering = meter.CreateUpDownCounter<long>("farewell.http.lingering", "{connection}", "Connections whose requests are over and whose clients are given time to leave.");
    }

    /// <summary>What stands on <c>kestrel.connection.duration</c>.</summary>
    public static KeyValuePair<string, object?> PlannedTag(PartingReason reason) => new("farewell.ending", Names.Of(reason));

    public void Lingers(int change) => _lingering.Add(change);

    public void Ended(PartingReason reason, Ending ending)
    {
        if (_endings.Enabled)
        {
            _endings.Add(1, new TagList
            {
                { "closed_by", Names.Of(ending.ClosedFirst) },
                { "how", Names.Of(ending.How) },
                { "time_wait_at", Names.Of(ending.TimeWait.Holder) },
                { "reason", Names.Of(reason) },
            });
        }
    }
}
