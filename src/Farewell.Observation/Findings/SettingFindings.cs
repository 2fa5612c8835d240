using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Settings;

namespace Farewell.Observation.Findings;

/// <summary>Settings that do harm, or not what whoever set them believed.</summary>
internal static class SettingFindings
{
    private const long LeastFinTimeout = 10;
    private const long LeastReuseDelay = 1000;

    public static IEnumerable<Finding> Find(MachineReading reading, Thresholds limits)
    {
        var settings = reading.Settings;
        if (settings.Number(SettingMeaning.TimeWaitReuse) == 1 && settings.Number(SettingMeaning.Timestamps) == 0)
        {
            yield return new(
                FindingCatalog.ReuseWithoutTimestamps, Severity.Warning,
                "tcp_tw_reuse is 1 and tcp_timestamps is 0: no TIME_WAIT is ever reused",
                Values(settings, SettingMeaning.TimeWaitReuse, SettingMeaning.Timestamps),
                "Reuse is safe only by timestamps, so the kernel does not reuse without them. Old duplicates are told apart by sequence number alone.",
                $"sysctl -w {SettingMeaning.Timestamps}=1, or sysctl -w {SettingMeaning.TimeWaitReuse}=2 if reuse is not meant.",
                $"With timestamps a port is free again after 1 s: up to {Phrase.Rate(reading.Range.Usable)} to one destination instead of {WiderRange.PerSecond(reading.Range.Usable)}.");
        }

        if (settings.Number(SettingMeaning.MostTimeWaits) is { } most && most < limits.FewTimeWaits)
        {
            yield return new(
                FindingCatalog.FewTimeWaits, Severity.Warning,
                $"at most {Phrase.Count(most)} TIME_WAITs are kept: connections beyond that end unprotected",
                Values(settings, SettingMeaning.MostTimeWaits),
                $"{SettingMeaning.MostTimeWaits} was lowered. It does not end TIME_WAITs sooner; it leaves them out, and an old duplicate can then reach a new connection on the same tuple.",
                $"sysctl -w {SettingMeaning.MostTimeWaits}=131072",
                $"TIME_WAITs are kept up to {Phrase.Rate(131_072 / TimeWaitLength.Nominal.TotalSeconds)} endings instead of {Phrase.Rate(most / TimeWaitLength.Nominal.TotalSeconds)}, for at most 65 MB of kernel memory.");
        }

        var finTimeout = settings.Number(SettingMeaning.FinTimeout);
        var delay = settings.Number(SettingMeaning.ReuseDelay);
        if (finTimeout < LeastFinTimeout || delay < LeastReuseDelay)
        {
            yield return new(
                FindingCatalog.ShortenedLengths, Severity.Warning,
                finTimeout < LeastFinTimeout
                    ? $"tcp_fin_timeout is {finTimeout} s: a peer that takes longer to close is reset"
                    : $"tcp_tw_reuse_delay is {delay} ms: tuples are reused within a round trip of their end",
                Values(settings, SettingMeaning.FinTimeout, SettingMeaning.ReuseDelay),
                finTimeout < LeastFinTimeout
                    ? "tcp_fin_timeout bounds FIN_WAIT_2 after close(). It is not the length of TIME_WAIT, which is 60 s and cannot be set: shortening it frees no port of an orderly ending."
                    : "Within the delay old segments of the connection before may still be on their way; timestamps tell them apart only if their clock has moved on.",
                finTimeout < LeastFinTimeout ? $"sysctl -w {SettingMeaning.FinTimeout}=60" : $"sysctl -w {SettingMeaning.ReuseDelay}=1000",
                finTimeout < LeastFinTimeout
                    ? "Peers get 60 s again to read and close; TIME_WAIT stays as it is."
                    : $"At most {Phrase.Rate(reading.Range.Usable)} per destination by reuse, each tuple not before 1 s.");
        }
    }

    private static Dictionary<string, object> Values(KernelSettings settings, params string[] names) =>
        names.ToDictionary(name => name, name => (object)(settings[name] ?? ""));
}
