using Farewell.Observation.Readings;
using Farewell.Observation.Settings;
using Farewell.Tcp;

namespace Farewell.Observation.Findings;

/// <summary>Connections that one side does not close, and listeners that share a port.</summary>
internal static class LeakFindings
{
    public static IEnumerable<Finding> Find(MachineReading reading, Thresholds limits)
    {
        foreach (var group in reading.CloseWaits.Where(g => g.Stayed >= limits.CloseWaits))
        {
            yield return CloseWaitLeak(reading, group);
        }

        if (reading.DialledOrphans + reading.AcceptedOrphans >= limits.Orphans)
        {
            yield return Orphans(reading);
        }

        foreach (var shared in reading.SharedListeners.Where(s => s.AreUnrelated || s.Users.Count > 1 || s.Owners.Select(o => o.Process).Distinct().Count() > 1
            || s.Owners.Select(o => o.Unit).Distinct().Count() > 1))
        {
            yield return Shared(shared);
        }
    }

    private static Finding CloseWaitLeak(MachineReading reading, CloseWaitGroup group)
    {
        var owner = group.Owner?.ToString() ?? "a process that this user may not see (run as root to name it)";
        var where = group.Accepted ? $"that came in on port {group.Where.Port}" : $"to {group.Where}";
        var timeWaits = reading.States[TcpState.TimeWait];
        return new(
            FindingCatalog.CloseWaitLeak, Severity.Warning,
            $"{owner} does not close: {Phrase.Count(group.Count)} connections {where} are in CLOSE_WAIT, {Phrase.Count(group.Stayed)} of them for {reading.Interval.TotalSeconds:0.#} s and more",
            new Dictionary<string, object>
            {
                ["closeWait"] = group.Count,
                ["stayed"] = group.Stayed,
                ["endUnread"] = group.EndUnread,
                ["accepted"] = group.Accepted ? "true" : "false",
                ["where"] = group.Accepted ? $"port {group.Where.Port}" : group.Where.ToString(),
                ["owner"] = group.Owner?.ToString() ?? "",
                ["timeWait"] = timeWaits,
                ["intervalSeconds"] = Phrase.Round(reading.Interval.TotalSeconds),
            },
            "The peer has closed; the process still holds the socket. CLOSE_WAIT has no timer: it lasts until the process closes or ends. "
            + (group.EndUnread > group.Count / 2
                ? $"{Phrase.Count(group.EndUnread)} of them have something unread, the end of the stream at least: nobody reads them."
                : "It has read the end of the stream and goes on holding the socket.")
            + $" This is a leak and not churn: churn shows as TIME_WAIT, of which there are {Phrase.Count(timeWaits)}.",
            "In the code: dispose the Socket, NetworkStream or response on every path, errors included (await using), and read until 0 octets. A restart of the process frees them at once.",
            $"{Phrase.Count(group.Count)} sockets and file descriptors of {owner} come back"
            + (group.Accepted ? "." : $", and as many ephemeral ports to {group.Where}: the peer closed first, so no TIME_WAIT follows."));
    }

    private static Finding Orphans(MachineReading reading)
    {
        var seconds = reading.Settings.Number(SettingMeaning.FinTimeout) ?? 60;
        return new(
            FindingCatalog.OrphanedFinWait2, Severity.Warning,
            $"{Phrase.Count(reading.DialledOrphans + reading.AcceptedOrphans)} closed connections wait for a FIN that their peers do not send",
            new Dictionary<string, object>
            {
                ["dialled"] = reading.DialledOrphans,
                ["accepted"] = reading.AcceptedOrphans,
                ["finTimeoutSeconds"] = seconds,
                ["kernelOrphans"] = reading.Memory?.Orphans ?? 0,
            },
            "This host has closed and its FIN is acknowledged; the peers' processes do not close (a CLOSE_WAIT leak there) or their FINs are lost (a NAT or firewall that forgot the connection).",
            $"Mend the peer: `farewell doctor` there shows {FindingCatalog.CloseWaitLeak}. Until then: sysctl -w {SettingMeaning.FinTimeout}=15 (it governs exactly these, and not TIME_WAIT).",
            $"Each holds its tuple for {seconds} s now and for 15 s then: about {Phrase.Count((reading.DialledOrphans + reading.AcceptedOrphans) * 15L / Math.Max(seconds, 15))} at a time instead of "
            + $"{Phrase.Count(reading.DialledOrphans + reading.AcceptedOrphans)}; {Phrase.Count(reading.DialledOrphans)} ephemeral ports are concerned.");
    }

    private static Finding Shared(SharedListener shared) => new(
        FindingCatalog.SharedListener, Severity.Warning,
        $"{shared.Sockets} sockets of programs that do not belong together listen on {shared.Local}: {string.Join(", ", shared.Owners.Select(o => o.ToString()))}",
        new Dictionary<string, object>
        {
            ["endpoint"] = shared.Local.ToString(),
            ["sockets"] = shared.Sockets,
            ["owners"] = string.Join(", ", shared.Owners.Select(o => o.ToString())),
            ["users"] = string.Join(", ", shared.Users),
        },
        "SO_REUSEPORT lets several sockets listen on one endpoint, and the kernel deals connections out among them. In .NET `ReuseAddress = true` or `ExclusiveAddressUse = false` sets it silently, "
        + "so that a second server starts where it should have failed.",
        "In the code: drop ReuseAddress/ExclusiveAddressUse; .NET sets SO_REUSEADDR by itself, which is all a restart during TIME_WAIT needs. Stop the program that should not be there.",
        $"Every connection reaches the program that is meant; now about one in {shared.Sockets} does.");
}
