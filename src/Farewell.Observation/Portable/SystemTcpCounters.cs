using System.Net.NetworkInformation;
using System.Runtime.Versioning;

namespace Farewell.Observation.Portable;

/// <summary>The counters that .NET offers on this platform, under the names Linux gives them; IPv4 and IPv6 together. Not for Windows, which keeps them apart.</summary>
internal static class SystemTcpCounters
{
    private static readonly (string Name, Func<TcpStatistics, long> Value)[] Counters =
    [
        ("ActiveOpens", statistics => statistics.ConnectionsInitiated),
        ("PassiveOpens", statistics => statistics.ConnectionsAccepted),
        ("AttemptFails", statistics => statistics.FailedConnectionAttempts),
        ("EstabResets", statistics => statistics.ResetConnections),
        ("CurrEstab", statistics => statistics.CurrentConnections),
        ("InSegs", statistics => statistics.SegmentsReceived),
        ("OutSegs", statistics => statistics.SegmentsSent),
        ("RetransSegs", statistics => statistics.SegmentsResent),
        ("InErrs", statistics => statistics.ErrorsReceived),
        ("OutRsts", statistics => statistics.ResetsSent),
    ];

    [UnsupportedOSPlatform("android")]
    public static TcpCounters Read()
    {
        try
        {
            var system = IPGlobalProperties.GetIPGlobalProperties();
            var values = new Dictionary<string, long>();
            Add(system.GetTcpIPv4Statistics(), values); // both families share one set there
            return new(values);
        }
        catch (Exception failed) when (failed is NetworkInformationException or PlatformNotSupportedException)
        {
            throw new ObservationException(ObservationFailure.Unsupported, $"The system does not tell its TCP counters: {failed.Message}.",
                null, failed);
        }
    }

    private static void Add(TcpStatistics statistics, Dictionary<string, long> values)
    {
        foreach (var (name, value) in Counters)
        {
            try
            {
                values[name] = values.GetValueOrDefault(name) + value(statistics);
            }
            catch (PlatformNotSupportedException)
            {
                // Each platform has gaps of its own; an absent counter reads as null.
            }
        }
    }
}
