using Farewell.Observation.Readings;
using Farewell.Observation.Settings;
using Farewell.Tcp;

namespace Farewell.Observation.Findings;

/// <summary>TIME-WAITs that are missing, too many, or on connections that came in.</summary>
internal static class TimeWaitFindings
{
    public static IEnumerable<Finding> Find(MachineReading reading, Thresholds limits)
    {
        if (Overflow(reading, limits) is { } overflow)
        {
            yield return overflow;
        }

        if (Missing(reading, limits) is { } missing)
        {
            yield return missing;
        }

        if (ServerClosesFirst(reading, limits) is { } server)
        {
            yield return server;
        }
    }

    private static Finding? Overflow(MachineReading reading, Thresholds limits)
    {
        var most = reading.Settings.Number(SettingMeaning.MostTimeWaits);
        var present = reading.States[TcpState.TimeWait];
        var counted = reading.Counted?.TimeWaitOverflows ?? 0;
        var ever = reading.Counters?.TimeWaitOverflows ?? 0;
        var near = most > 0 && present >= limits.TableShare * most;
        if (!near && counted == 0)
        {
            return null;
        }

        return new(
            FindingCatalog.TimeWaitOverflow, Severity.Warning,
            counted > 0
                ? $"{Phrase.Count(counted)} connections just ended without the TIME_WAIT they should have: the limit of {Phrase.Count(most ?? 0)} is reached"
                : $"{Phrase.Count(present)} TIME_WAITs of at most {Phrase.Count(most ?? 0)} ({Phrase.Percent((double)present / (most ?? 1))})",
            new Dictionary<string, object>
            {
                ["timeWait"] = present,
                ["limit"] = most ?? 0,
                ["overflowsInInterval"] = counted,
                ["overflowsSinceBoot"] = ever,
                ["intervalSeconds"] = Phrase.Round(reading.Interval.TotalSeconds),
            },
            $"{SettingMeaning.MostTimeWaits} is {Phrase.Count(most ?? 0)}. Beyond it the kernel keeps no TIME_WAIT and says so only in TCPTimeWaitOverflow: an old duplicate can then reach a new connection.",
            $"sysctl -w {SettingMeaning.MostTimeWaits}={Math.Max(262_144, 2 * (most ?? 0))}; and see {FindingCatalog.ClientChurn} and {FindingCatalog.ServerClosesFirst} for who makes them.",
            $"Room for {Phrase.Count(Math.Max(262_144, 2 * (most ?? 0)))} at some 500 octets each, {Phrase.Count(Math.Max(262_144, 2 * (most ?? 0)) * 500 / 1_000_000)} MB at the most.");
    }

    private static Finding? Missing(MachineReading reading, Thresholds limits)
    {
        if (reading.Counted is not { } counted)
        {
            return null;
        }

        var overflow = counted.TimeWaitOverflows ?? 0;
        // What overflowed was never scheduled; a bucket limit hit makes the comparison of scheduled and present worthless.
        var gone = overflow > 0 ? 0 : reading.KilledEarly ?? 0;

        // A SYN from the peer's same port ends an accepted TIME_WAIT, too, and no counter tells (tcp_timewait_state_process, TCP_TW_SYN).
        var mayBePeers = reading.Accepted.Any(a => a.States[TcpState.TimeWait] > 0);
        var byPeers = mayBePeers && reading.Settings.Number(SettingMeaning.Rfc1337) == 1 ? gone : 0;
        var killed = mayBePeers ? 0 : gone;
        var unclear = gone - byPeers - killed;
        var reused = counted.TimeWaitsReused ?? 0;
        var aborted = (counted.AbortsOnData ?? 0) + (counted.AbortsOnClose ?? 0) + (counted.AbortsOnLinger ?? 0);
        if (overflow + gone + reused + aborted < limits.Missing)
        {
            return null;
        }

        (string Text, long Count)[] parts =
        [
            ("overflowed (TCPTimeWaitOverflow)", overflow), ("killed by a reset (scheduled in TW, but not in the table)", killed),
            ("ended by their peers' next connection from the same port (scheduled in TW, but not in the table)", byPeers),
            ("killed by a reset, or ended by their peers' next connection from the same port (scheduled in TW, but not in the table; the kernel counts neither)", unclear),
            ("taken over by a new connection (TWRecycled)", reused), ("never begun, the connection was aborted or left unheld (TCPAbortOnData, TCPAbortOnClose, TCPAbortOnLinger)", aborted),
        ];
        return new(
            FindingCatalog.TimeWaitsMissing, Severity.Info,
            $"{Phrase.Count(overflow + gone + reused + aborted)} endings of the last {reading.Interval.TotalSeconds:0.#} s left no TIME_WAIT: "
            + string.Join(", ", parts.Where(p => p.Count > 0).Select(p => $"{Phrase.Count(p.Count)} {p.Text}")),
            new Dictionary<string, object>
            {
                ["scheduled"] = counted.TimeWaits ?? 0,
                ["present"] = reading.Fresh,
                ["overflowed"] = overflow,
                ["killed"] = killed,
                ["endedByPeers"] = byPeers,
                ["killedOrEndedByPeers"] = unclear,
                ["reused"] = reused,
                ["abortedOnData"] = counted.AbortsOnData ?? 0,
                ["abortedOnClose"] = counted.AbortsOnClose ?? 0,
                ["abortedOnLinger"] = counted.AbortsOnLinger ?? 0,
                ["resetsSent"] = counted.ResetsSent ?? 0,
                ["intervalSeconds"] = Phrase.Round(reading.Interval.TotalSeconds),
            },
            killed + unclear > 0
                ? "A stray segment of the connection itself, reordered behind its FIN, draws an ACK and that a reset, which kills the TIME_WAIT (RFC 1337). It happens to a few per mille by itself."
                    + (unclear > 0 ? " On a connection that came in, a peer that dials again from the same port ends it, too, protected by timestamps or sequence numbers." : "")
                : byPeers > 0 ? "Peers dial again from the same port within the minute; the kernel lets them in, protected by timestamps or sequence numbers. (net.ipv4.tcp_rfc1337 is 1, so no reset can have done it.)"
                : aborted > 0
                    ? "An abort (Close(0), linger 0, unread data, TCP_LINGER2=-1) ends a connection without TIME_WAIT. That is by design where nothing can be lost, and a loss of data where not."
                    : reused > 0 ? "tcp_tw_reuse gave their ports to new connections, protected by timestamps." : "The limit of TIME_WAITs is reached.",
            killed + unclear > 0 ? $"Where tuples are reused soon and old duplicates matter: sysctl -w {SettingMeaning.Rfc1337}=1."
                : overflow > 0 ? $"See {FindingCatalog.TimeWaitOverflow}." : "Nothing, if it is meant; `farewell events` shows how each connection ends.",
            killed + unclear > 0
                ? $"{(unclear > 0 ? "Up to " : "")}{Phrase.Count(killed + unclear)} more TIME_WAITs would have been kept in {reading.Interval.TotalSeconds:0.#} s: measured, exactly every one of 100,000."
                : "None needed.");
    }

    // A SYN from the peer's same port ends a TIME_WAIT and no counter tells. Resets end few per mille, and none where tcp_rfc1337 is 1: more than that are the peers'.
    private static long ProvedEndedByPeers(MachineReading reading, Thresholds limits)
    {
        var gone = reading.Counted?.TimeWaitOverflows > 0 ? 0 : reading.KilledEarly ?? 0;
        var isProved = reading.Settings.Number(SettingMeaning.Rfc1337) == 1 || gone >= limits.KilledShare * (reading.Counted?.TimeWaits ?? 0);
        return isProved && gone >= limits.Missing ? gone : 0;
    }

    private static Finding? ServerClosesFirst(MachineReading reading, Thresholds limits)
    {
        var accepted = reading.Accepted.Sum(a => a.States[TcpState.TimeWait]);
        if (accepted < limits.AcceptedTimeWaits)
        {
            return null;
        }

        var top = reading.Accepted.MaxBy(a => a.States[TcpState.TimeWait]);
        var most = reading.Settings.Number(SettingMeaning.MostTimeWaits);
        var all = reading.States[TcpState.TimeWait];
        var bucketsNear = most > 0 && all >= limits.TableShare * most;
        var owners = string.Join(", ", reading.ListenersOn(top.Port).Take(3).Select(o => o.ToString()));
        var ended = ProvedEndedByPeers(reading, limits);
        var refused = (reading.Counted?.OldSegmentsInTimeWait ?? 0) + (reading.Counted?.SkippedTimeWaitAcks ?? 0);
        var dialled = reading.AcceptedTimeWaits.OfDialledPeers;
        string?[] reasons =
        [
            dialled > 0 ? $"this host also dials the peers of {Phrase.Count(dialled)} of them" : null,
            bucketsNear ? $"there are {Phrase.Count(all)} TIME_WAITs, {Phrase.Percent((double)all / (most ?? 1))} of the limit" : null,
            refused > 0 || ended > 0
                ? $"peers come back to ports whose TIME_WAIT is not over ({string.Join(", ", new[]
                    {
                        ended > 0 ? $"{Phrase.Count(ended)} TIME_WAITs ended by their next connection" : null,
                        refused > 0 ? $"{Phrase.Count(refused)} segments refused" : null,
                    }.OfType<string>())})"
                : null,
        ];
        var why = string.Join("; ", reasons.OfType<string>());
        return new(
            FindingCatalog.ServerClosesFirst, why.Length > 0 ? Severity.Warning : Severity.Info,
            $"this host closes first on connections that came in: {Phrase.Count(accepted)} TIME_WAITs, {Phrase.Count(top.States[TcpState.TimeWait])} of them on port {top.Port}{(owners.Length > 0 ? $", {owners}" : "")}",
            new Dictionary<string, object>
            {
                ["acceptedTimeWaits"] = accepted,
                ["port"] = (int)top.Port,
                ["onThatPort"] = top.States[TcpState.TimeWait],
                ["owner"] = owners,
                ["ofPeersDialledToo"] = dialled,
                ["topPeer"] = reading.AcceptedTimeWaits.OfTopPeer == 0 ? "" : Phrase.Address(reading.AcceptedTimeWaits.TopPeer),
                ["ofTopPeer"] = reading.AcceptedTimeWaits.OfTopPeer,
                ["refusedSegments"] = refused,
                ["endedByPeers"] = ended,
            },
            "The side that closes first keeps the TIME_WAIT. On a connection that came in it costs some 500 octets for a minute and no ephemeral port"
            + (why.Length > 0 ? $"; here it matters, because {why}." : ": nothing has to be done."),
            "If it matters: tell the client to leave and close after it (no `Connection: close` from the server, keep-alive time-outs longer than the client's; samples/Endings/StayUntilLeft.cs).",
            $"{Phrase.Count(accepted * 500L / 1000)} kB of kernel memory less, and these TIME_WAITs with the clients, who spend an ephemeral port on each.");
    }
}
