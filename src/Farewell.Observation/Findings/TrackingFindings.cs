using Farewell.Observation.Readings;
using Farewell.Observation.Settings;

namespace Farewell.Observation.Findings;

/// <summary>Connection tracking: a table of its own with a limit and a TIME-WAIT of its own.</summary>
internal static class TrackingFindings
{
    private const int KernelTimeWaitSeconds = 60;
    private const int WorthMentioning = 1000;

    public static IEnumerable<Finding> Find(MachineReading reading, Thresholds limits)
    {
        if (reading.Tracking is not { } tracking)
        {
            yield break;
        }

        var (dropped, forgotten) = (reading.TrackingDropped ?? 0, reading.TrackingForgotten ?? 0);
        if (tracking.Limit > 0 && (tracking.Count >= limits.TableShare * tracking.Limit || dropped > 0 || forgotten > 0))
        {
            yield return Full(reading, tracking, dropped, forgotten);
        }

        if (tracking.Count >= WorthMentioning && tracking.TimeWaitSeconds > KernelTimeWaitSeconds && (tracking.TimeWait ?? tracking.Count) >= tracking.Count / 2)
        {
            yield return TimeWait(tracking);
        }
    }

    private static Finding Full(MachineReading reading, ConnectionTracking tracking, long dropped, long forgotten) => new(
        FindingCatalog.ConnectionTrackingFull, dropped > 0 || tracking.Count >= tracking.Limit ? Severity.Critical : Severity.Warning,
        $"connection tracking holds {Phrase.Count(tracking.Count)} of at most {Phrase.Count(tracking.Limit)} connections"
        + (dropped > 0 ? $" and dropped {Phrase.Count(dropped)} packets in {reading.Interval.TotalSeconds:0.#} s" : "")
        + (forgotten > 0 ? $" and forgot {Phrase.Count(forgotten)} to make room" : ""),
        new Dictionary<string, object>
        {
            ["count"] = tracking.Count,
            ["limit"] = tracking.Limit,
            ["droppedInInterval"] = dropped,
            ["forgottenInInterval"] = forgotten,
            ["timeWait"] = tracking.TimeWait ?? -1L,
            ["timeWaitSeconds"] = tracking.TimeWaitSeconds ?? -1L,
        },
        "A firewall or NAT on this host remembers every connection, ended ones for "
        + $"{tracking.TimeWaitSeconds} s; when its table is full, SYNs are dropped and connects time out instead of failing.",
        $"Keep connections (see {FindingCatalog.ClientChurn}); do not track what needs no tracking (nft: `ct state untracked`, `notrack`); or sysctl -w {SettingMeaning.ConntrackMost}={2 * tracking.Limit} "
        + $"and sysctl -w {SettingMeaning.ConntrackTimeWait}=60.",
        $"60 s instead of {tracking.TimeWaitSeconds} s keeps {(tracking.TimeWait is { } timeWait ? $"about {Phrase.Count(timeWait - (timeWait * 60 / Math.Max(60, tracking.TimeWaitSeconds ?? 60)))} fewer" : "fewer")} "
        + $"ended connections; twice the limit costs some {Phrase.Count(tracking.Limit * 320 / 1_000_000)} MB at the most.");

    private static Finding TimeWait(ConnectionTracking tracking) => new(
        FindingCatalog.NatTimeWait, Severity.Info,
        $"connection tracking keeps ended connections for {tracking.TimeWaitSeconds} s, TCP for {KernelTimeWaitSeconds} s",
        new Dictionary<string, object>
        {
            ["timeWait"] = tracking.TimeWait ?? -1L,
            ["timeWaitSeconds"] = tracking.TimeWaitSeconds ?? -1L,
            ["count"] = tracking.Count,
        },
        "A NAT built on it (containers, a gateway) needs a port of its own for each connection to a destination and holds it until then: behind it ports run out at half the rate.",
        $"If this host does NAT for its own traffic: sysctl -w {SettingMeaning.ConntrackTimeWait}=60; better, keep connections.",
        $"The NAT's ports to one destination turn over every 60 s instead of every {tracking.TimeWaitSeconds} s.");
}
