using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Farewell.Departures;
using Farewell.Sessions;

namespace Farewell.Http;

/// <summary>The instruments of the meter <c>Farewell.Http</c>: <c>docs/metrics.md</c>.</summary>
internal sealed class HttpMetrics
{
    public const string Name = "Farewell.Http";

    /// <summary>How many destinations are reported at the most, the fullest.</summary>
    public const int MostDestinations = 20;

    private static readonly ConditionalWeakTable<IMeterFactory, HttpMetrics> ByFactory = [];

    private readonly Counter<long> _endings;
    private readonly ConditionalWeakTable<DepartureChooser, object> _choosers = [];

    private HttpMetrics(IMeterFactory? factory)
    {
        var options = new MeterOptions(Name) { Version = typeof(HttpMetrics).Assembly.GetName().Version?.ToString(3) };
        var meter = factory?.Create(options) ?? new Meter(options);
        _endings = meter.CreateCounter<long>("farewell.http.client.endings", "{connection}", "Connections of HTTP clients ended, by what they were in the midst of, by which departure, and what came of it.");
        meter.CreateObservableGauge("farewell.http.client.endings.running", static () => HttpEndings.Running, "{connection}", "Connections let go that still wait for the server's FIN.");
        meter.CreateObservableGauge("farewell.http.client.ports.time_wait", () => PerDestination(static held => held.TimeWaits), "{port}", "Ports towards a destination that TIME_WAITs hold.");
        meter.CreateObservableGauge("farewell.http.client.ports.limit", () => PerDestination(static held => held.Limit), "{port}", "Ephemeral ports there are towards a destination.");
    }

    private static HttpMetrics Shared { get; } = new(null);

    public static HttpMetrics Of(IMeterFactory? factory) => factory is null ? Shared : ByFactory.GetValue(factory, static factory => new HttpMetrics(factory));

    /// <summary>Reports the destinations of one more chooser.</summary>
    public void Watch(DepartureChooser chooser) => _choosers.TryAdd(chooser, chooser);

    public void Ended(HttpEnding ended)
    {
        if (_endings.Enabled)
        {
            _endings.Add(1, new TagList
            {
                { "use", Names.Of(ended.Use) },
                { "departure", ended.Departure is { } departure ? Names.Of(departure) : "none" },
                { "closed_by", Names.Of(ended.Ending.ClosedFirst) },
                { "how", Names.Of(ended.Ending.How) },
                { "time_wait_at", Names.Of(ended.Ending.TimeWait.Holder) },
            });
        }
    }

    private IEnumerable<Measurement<int>> PerDestination(Func<HeldPorts, int> value) => _choosers
        .SelectMany(static pair => pair.Key.Held()).OrderByDescending(static held => held.TimeWaits).Take(MostDestinations)
        .Select(held => new Measurement<int>(
            value(held),
            new("source.address", held.Source.ToIPEndPoint().Address.ToString()),
            new("server.address", held.Destination.ToIPEndPoint().Address.ToString()),
            new KeyValuePair<string, object?>("server.port", (int)held.Destination.Port)));
}
