using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Farewell.Tests.Sessions;

/// <summary>A meter factory of a test's own, and everything that its meters measured.</summary>
internal sealed class Meters : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly List<Meter> _made = [];
    private readonly ConcurrentDictionary<string, double> _sums = [];

    public Meters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Add(instrument, 1, tags));
        _listener.Start();
    }

    /// <summary>Sums of counters and counts of histograms, each under its name and tags: <c>name{a=b,c=d}</c>.</summary>
    public IReadOnlyDictionary<string, double> Sums => _sums;

    public double this[string series] => _sums.GetValueOrDefault(series);

    public IEnumerable<string> Instruments => _made.Count == 0 ? [] : _sums.Keys.Select(static series => series.Split('{')[0]).Distinct();

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _made.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _made.ForEach(meter => meter.Dispose());
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var names = string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        _sums.AddOrUpdate(names.Length == 0 ? instrument.Name : $"{instrument.Name}{{{names}}}", value, (_, sum) => sum + value);
    }
}
