using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Settings;

namespace Farewell.Observation.Findings;

/// <summary>Exhaustion, the cliff, and the churn that leads there.</summary>
internal static class PortFindings
{
    private const string KeepConnections =
        "keep connections: one HttpClient (or IHttpClientFactory), one pool or multiplexer for the life of the process, and no `Connection: close`";

    private const string LetPeerCloseFirst =
        "where connections must be short, let the peer close first or leave without a TIME_WAIT once it said it has everything (docs: samples/Endings)";

    public static IEnumerable<Finding> Find(MachineReading reading, Thresholds limits)
    {
        if (reading.Range.Usable == 0)
        {
            yield return NoneUsable(reading);
        }

        foreach (var budget in reading.Budgets)
        {
            if (OfExhaustion(reading, budget, limits) is { } exhaustion)
            {
                yield return exhaustion;
            }

            if (budget.IsPastCliff && budget.CliffAt > 0)
            {
                yield return PastCliff(reading, budget);
            }

            if (Churn(reading, budget, limits) is { } churn)
            {
                yield return churn;
            }
        }
    }

    // No connection tells of it: none comes about.
    private static Finding NoneUsable(MachineReading reading)
    {
        var command = WiderRange.Command(reading);
        return new(
            FindingCatalog.PortsExhausted, Severity.Critical,
            $"no ephemeral port is left to any destination: all of {reading.Range.Low}-{reading.Range.High} is reserved",
            new Dictionary<string, object>
            {
                ["low"] = (int)reading.Range.Low,
                ["high"] = (int)reading.Range.High,
                ["usable"] = 0,
                ["reserved"] = reading.Settings[SettingMeaning.ReservedPorts] ?? "",
            },
            $"{SettingMeaning.ReservedPorts} covers {SettingMeaning.PortRange}: every connect() without a bound port fails with EADDRNOTAVAIL, and so does bind(address, 0).",
            command ?? $"sysctl -w {SettingMeaning.ReservedPorts}= (then reserve again only what listeners need)",
            $"{Phrase.Count(command is null ? reading.Range.High - reading.Range.Low + 1 : WiderRange.After(reading).Usable)} ports for each destination instead of none.");
    }

    private static Finding? OfExhaustion(MachineReading reading, PortBudget budget, Thresholds limits)
    {
        if (budget.Limit == 0 && budget.InUse == 0)
        {
            return null;
        }

        var soon = budget.Share >= limits.ForecastShare && budget.SecondsToExhaustion <= limits.ExhaustionSeconds;
        if (!budget.IsExhausted && !soon && budget.Share < limits.ExhaustionShare)
        {
            return null;
        }

        var back = budget.Returns.Within(10);
        var title = budget.IsExhausted
            ? $"no port is left to {budget.Destination}: {Phrase.Count(budget.InUse)} of {Phrase.Count(budget.Limit)} taken, {Phrase.Count(budget.TimeWait)} in TIME_WAIT"
            : $"ports to {budget.Destination} run out {Phrase.Seconds(budget.SecondsToExhaustion)}: {Phrase.Count(budget.InUse)} of {Phrase.Count(budget.Limit)} taken "
                + $"({Phrase.Percent(budget.Share)}), {Phrase.Rate(budget.PerSecond)}";
        var cause = (budget.TimeWait >= budget.InUse / 2
                ? $"This host closes first: each connection to {budget.Destination} holds its port for {Held(budget)} after its end"
                : $"{Phrase.Count(budget.InUse - budget.TimeWait)} connections to {budget.Destination} are held open at once")
            + $"; dialled by {Phrase.Who(reading.OwnersOf(budget))}.";
        return new(
            budget.IsExhausted ? FindingCatalog.PortsExhausted : FindingCatalog.PortsRunningOut,
            budget.IsExhausted ? Severity.Critical : Severity.Warning, title, Evidence(reading, budget), cause,
            Remedy(reading),
            $"Code: a kept connection costs no port at all, so {Phrase.Rate(budget.PerSecond)} becomes the number of connections in use at once. "
            + (WiderRange.Command(reading) is null ? "" : WiderRange.Effect(reading, budget) + " ")
            + (budget switch
            {
                { IsExhausted: false } => "",
                { ReusesTimeWaits: true } => $"Without any change each port of a TIME_WAIT comes back {Held(budget)} after its end, and more than {WiderRange.PerSecond(Math.Max(0, budget.Limit - budget.States.Live), budget)} cannot be dialled.",
                _ => $"Without any change {Phrase.Count(back)} ports come back within 10 s and {Phrase.Count(budget.Returns.Within(61))} within a minute.",
            }));
    }

    private static Finding PastCliff(MachineReading reading, PortBudget budget) => new(
        FindingCatalog.PastTheCliff, Severity.Warning,
        $"connect() to {budget.Destination} is past the cliff: {Phrase.Count(budget.InUse)} of {Phrase.Count(budget.Limit)} ports taken, the cliff lies at {Phrase.Count(budget.CliffAt)}",
        Evidence(reading, budget),
        $"connect() searches the ports of one parity first. All {Phrase.Count(budget.CliffAt)} of them are taken, so every dial walks them in vain: about 1 ms of spinning "
        + "instead of 10 us (measured), and throughput falls tenfold long before EADDRNOTAVAIL.",
        $"{KeepConnections}; or set IP_LOCAL_PORT_RANGE on the dialling socket (SetRawSocketOption(0, 51, low | high << 16)), whose search has no cliff"
        + (WiderRange.Command(reading) is { } command ? $"; or {command}" : "") + ".",
        $"With IP_LOCAL_PORT_RANGE every dial takes some 12 us up to the last of {Phrase.Count(budget.Limit)} ports. "
        + (WiderRange.Command(reading) is null ? "" : WiderRange.Effect(reading, budget)));

    private static Finding? Churn(MachineReading reading, PortBudget budget, Thresholds limits)
    {
        var share = budget.Limit == 0 ? 0 : (double)budget.TimeWait / budget.Limit;
        if (share < limits.ChurnInfoShare)
        {
            return null;
        }

        var open = budget.States[Tcp.TcpState.Established];
        return new(
            FindingCatalog.ClientChurn, share >= limits.ChurnShare && !budget.ReusesTimeWaits ? Severity.Warning : Severity.Info,
            $"{Phrase.Rate(budget.PerSecond)} connections to {budget.Destination} are opened and closed first by this host: {Phrase.Count(budget.TimeWait)} in TIME_WAIT, {Phrase.Count(open)} open",
            Evidence(reading, budget),
            $"Connections to {budget.Destination} are not reused: {Phrase.Count(budget.TimeWait)} ended within the last minute and {Phrase.Count(open)} are open. Dialled by {Phrase.Who(reading.OwnersOf(budget))}."
            + (budget.ReusesTimeWaits ? $" The kernel reuses these TIME_WAITs (tcp_tw_reuse), so each port is lost for {Held(budget)} only." : ""),
            $"{KeepConnections}; {LetPeerCloseFirst}.",
            $"With kept connections these {Phrase.Count(budget.TimeWait)} ports are free within 62 s. Without, this host can sustain {WiderRange.PerSecond(Math.Max(0, budget.Limit - budget.States.Live), budget)} to {budget.Destination}.");
    }

    private static string Held(PortBudget budget) => budget switch
    {
        { ReusesTimeWaits: false } => "60 s",
        { HeldFor.TotalSeconds: < 1 } => $"{budget.HeldFor.TotalMilliseconds:0} ms",
        _ => $"{budget.HeldFor.TotalSeconds:0} s",
    };

    private static string Remedy(MachineReading reading) =>
        $"In the code: {KeepConnections}; {LetPeerCloseFirst}. Several source addresses (with IP_BIND_ADDRESS_NO_PORT) or destination addresses multiply the ports."
        + (WiderRange.Command(reading) is { } command ? $" As a stopgap: {command}." : "");

    internal static Dictionary<string, object> Evidence(MachineReading reading, PortBudget budget)
    {
        Dictionary<string, object> evidence = new()
        {
            ["source"] = Phrase.Address(budget.Source),
            ["destination"] = Phrase.Address(budget.Destination),
            ["port"] = (int)budget.Destination.Port,
            ["limit"] = budget.Limit,
            ["inUse"] = budget.InUse,
            ["timeWait"] = budget.TimeWait,
            ["established"] = budget.States[Tcp.TcpState.Established],
            ["cliffAt"] = budget.CliffAt,
            ["perSecond"] = Phrase.Round(budget.PerSecond),
            ["sustainablePerSecond"] = Phrase.Round(budget.SustainablePerSecond),
            ["backWithin10Seconds"] = budget.Returns.Within(10),
        };
        if (budget.SecondsToExhaustion is { } seconds)
        {
            evidence.Add("secondsToExhaustion", Phrase.Round(seconds));
        }

        if (reading.OwnersOf(budget) is [var owner, ..])
        {
            evidence.Add("owner", owner.Owner.ToString());
        }

        return evidence;
    }
}
