using System.Diagnostics.Metrics;
using System.Runtime.Versioning;
using Farewell.Observation.Metrics;

namespace Farewell.Observation.Tests.Metrics;

[SupportedOSPlatform("linux")]
public sealed class PortMeterTests
{
    [Fact]
    public void EveryInstrument_TellsWhatTheKernelHas_AndIsOnItsPage()
    {
        using var network = new NarrowNetwork();
        var listeners = Enumerable.Range(0, 3).Select(_ => network.Inner.Listen(NarrowNetwork.Host)).ToList();
        listeners.ForEach(listener => network.Churn(listener, 5 * (listeners.IndexOf(listener) + 1)));
        network.Inner.UntilThereAre(30, TcpStates.TimeWait);
        network.Inner.Pair(NarrowNetwork.Host, listeners[0]).Client.Close(0);

        using var cache = new ReadingCache(network.Reader());
        using var meter = new PortMeter(cache, mostDestinations: 2);
        var told = Collect();

        told["farewell.time_wait.count"].ShouldBe([("", 30)]);
        told["farewell.ports.used"].ShouldBe([(Labels(listeners[2]), 15), (Labels(listeners[1]), 10)], "the fullest two");
        told["farewell.ports.limit"].ShouldAllBe(m => m.Value == NarrowNetwork.Ports);
        told["farewell.ports.cliff"].ShouldAllBe(m => m.Value == NarrowNetwork.Ports / 2);
        told["farewell.endings"].ShouldBe([("closed_first=local", 30), ("closed_first=none", 2)], "both ends of the one that was reset are here");
        told["farewell.time_wait.overflows"].ShouldBe([("", 0)]);
        told["farewell.time_wait.reused"].ShouldBe([("", 0)]);
        told["farewell.time_wait.killed"].ShouldBe([("", 0)]);
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "metrics.md"));
        told.Keys.ShouldAllBe(name => page.Contains($"| `{name}` |"));
    }

    private static string Labels(System.Net.Sockets.Socket listener) =>
        $"server.address={NarrowNetwork.Host},server.port={PrivateNetwork.Port(listener)},source.address={NarrowNetwork.Host}";

    private static Dictionary<string, List<(string Labels, long Value)>> Collect()
    {
        Dictionary<string, List<(string, long)>> told = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == PortMeter.Name)
            {
                told.Add(instrument.Name, []);
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => told[instrument.Name].Add((Text(tags), value)));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => told[instrument.Name].Add((Text(tags), value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return told;
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
}
