using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Farewell.Departures;
using Farewell.Http;
using Farewell.Tests.Sessions;

namespace Farewell.Tests.Http;

/// <summary>The meter <c>Farewell.Http</c>: the port budgets by destination, and that docs/metrics.md has every instrument.</summary>
public sealed class HttpMetricsTests : IDisposable
{
    private readonly Meters _meters = new();
    private readonly DepartureChooser _chooser = new(new() { Budget = new(500, "stated by the test") });

    public void Dispose()
    {
        _meters.Dispose();
        _chooser.Dispose();
    }

    [Fact]
    public async Task ThePortsHeld_ByDestination_TheFullestFirst_AndNoMoreThanTwenty()
    {
        // More destinations than are shown; the n-th has n endings.
        var servers = Enumerable.Range(0, HttpMetrics.MostDestinations + 2).Select(_ => RawHttpServer.Start(RawHttpServer.AnswerAsync)).ToList();
        var ended = 0;
        for (var i = 0; i < servers.Count; i++)
        {
            for (var request = 0; request <= i; request++)
            {
                using var client = new HttpClient(new SocketsHttpHandler().UseFarewell(options =>
                    (options.Departure, options.Departures, options.MeterFactory, options.OnEnded) = (Departure.Fin, _chooser, _meters, _ => Interlocked.Increment(ref ended))));
                (await client.GetStringAsync(servers[i].Address)).ShouldBe("hello");
            }
        }

        var all = servers.Count * (servers.Count + 1) / 2;
        await Eventually.HoldsAsync(() => Volatile.Read(ref ended) == all, () => $"{ended} of {all} ended");
        var read = Read();
        var held = read.Where(series => series.Key.StartsWith("farewell.http.client.ports.time_wait{", StringComparison.Ordinal)).ToDictionary();
        held.Count.ShouldBe(HttpMetrics.MostDestinations);
        for (var i = 2; i < servers.Count; i++)
        {
            var tags = $"{{source.address={IPAddress.Loopback},server.address={IPAddress.Loopback},server.port={servers[i].Address.Port}}}";
            held[$"farewell.http.client.ports.time_wait{tags}"].ShouldBe(i + 1);
            read[$"farewell.http.client.ports.limit{tags}"].ShouldBe(500);
        }

        servers.ForEach(server => server.Dispose());
    }

    [Fact]
    public async Task ThePage_HasEveryInstrument()
    {
        HttpMetrics.Of(_meters);
        var instruments = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => instruments.AddRange(instrument.Meter.Scope == _meters ? [instrument.Name] : []) };
        listener.Start();
        instruments.Count.ShouldBe(4);
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "metrics.md"));
        instruments.ShouldAllBe(name => page.Contains($"`{name}`"));
    }

    /// <summary>What the gauges say now, under name and tags.</summary>
    private Dictionary<string, int> Read()
    {
        var read = new Dictionary<string, int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == _meters)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) =>
            read[$"{instrument.Name}{{{string.Join(',', tags.ToArray().Select(tag => string.Create(CultureInfo.InvariantCulture, $"{tag.Key}={tag.Value}")))}}}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return read;
    }
}
