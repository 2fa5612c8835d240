using System.Globalization;
using Farewell.Observation.Findings;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Tcp;
using Spectre.Console;

namespace Farewell.Tool.Watch;

/// <summary>One frame of the view: so many lines, none wider than the terminal.</summary>
internal static class WatchScreen
{
    private const int HeadLines = 6;
    private const int NarrowBelow = 100;

    public static IReadOnlyList<Line> Compose(MachineReading reading, WatchHistory history, WatchState state, int width, int height)
    {
        var budgets = Shown(reading, state);
        var selected = Select(budgets, state);
        List<Line> lines = [.. Head(reading, history, state, width)];
        if (state.Drilled && selected >= 0 && budgets.Count > 0)
        {
            lines.AddRange(Detail(reading, history, budgets[selected], width));
        }
        else if (state.Drilled && state.Chosen is { } gone)
        {
            lines.Add(new($" {gone.Source.ToIPEndPoint().Address} -> {gone.Destination}: no connection now", Style.Plain));
        }
        else if (state.ByProcess)
        {
            lines.AddRange(Processes(reading, state));
        }
        else
        {
            lines.AddRange(Table(reading, budgets, state, selected, width, Math.Max(1, height - HeadLines - 2)));
        }

        while (lines.Count < height - 1)
        {
            lines.Add(Line.Empty);
        }

        lines.RemoveRange(Math.Min(lines.Count, height - 1), Math.Max(0, lines.Count - height + 1));
        lines.Add(new(" " + (state.Typing ? $"filter: {state.Filter}_" : Keys(state, width < NarrowBelow)), Invert));
        return [.. lines.Select(line => line.Fit(width))];
    }

    /// <summary>What a frame says, in one line: for output that is piped.</summary>
    public static string Summary(MachineReading reading, WatchHistory history)
    {
        var top = reading.Budgets.Count == 0 ? null : reading.Budgets[0];
        var flow = history.Last;
        return string.Create(CultureInfo.InvariantCulture,
            $"{reading.At.ToLocalTime():HH:mm:ss}  TIME_WAIT {reading.States[TcpState.TimeWait]} +{flow?.Begun ?? 0:0}/s -{flow?.Gone ?? 0:0}/s  dialled {flow?.Dialled ?? 0:0}/s  accepted {flow?.Accepted ?? 0:0}/s  closed first: local {flow?.Begun ?? 0:0}/s remote {flow?.ClosedByPeer ?? 0:0}/s reset {flow?.Reset ?? 0:0}/s")
            + (top is null ? "" : $"  {top.Destination} {top.InUse}/{top.Limit} {Left(top)}");
    }

    private static IEnumerable<Line> Head(MachineReading reading, WatchHistory history, WatchState state, int width)
    {
        var flow = history.Last;
        var findings = Diagnosis.Of(reading).Where(f => f.Severity > Severity.Info).ToList();
        var (range, narrow) = (reading.Range, width < NarrowBelow);
        yield return new((narrow ? $" watch  {reading.At.ToLocalTime():MM-dd HH:mm:ss}" : $" farewell watch  {reading.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}")
            + $"{(state.Frozen ? "  FROZEN" : "")}  ports {range.Low}-{range.High}: {Count(range.Usable)} {(narrow ? "each" : "a destination")}, cliff {Count(range.FirstHalf)}", Invert);
        yield return new(string.Create(CultureInfo.InvariantCulture,
            $" TIME_WAIT {Count(reading.States[TcpState.TimeWait])} +{flow?.Begun ?? 0:0}/s -{flow?.Gone ?? 0:0}/s  live {Count(reading.States.Live)}  dialled {flow?.Dialled ?? 0:0}/s  accepted {flow?.Accepted ?? 0:0}/s"), Style.Plain);
        yield return new(string.Create(CultureInfo.InvariantCulture,
            $" closed first: this host {flow?.Begun ?? 0:0}/s  the peer {flow?.ClosedByPeer ?? 0:0}/s  reset {flow?.Reset ?? 0:0}/s"), Style.Plain);
        yield return new(" TIME_WAIT in " + Sparkline.Of(history.Flows.Select(f => f.Begun), width - 15), new Style(Color.Aqua));
        yield return findings.Count == 0
            ? new(" nothing found", new Style(Color.Green))
            : new($" {findings[0].Id}: {findings[0].Title}{(findings.Count > 1 ? $" (+{findings.Count - 1})" : "")}", new Style(findings[0].Severity == Severity.Critical ? Color.Red : Color.Yellow));
        yield return Line.Empty;
    }

    private static IEnumerable<Line> Table(MachineReading reading, List<PortBudget> budgets, WatchState state, int selected, int width, int room)
    {
        // A narrow terminal has no room for the limit beside each number; the bar shows the share, and the first line how many there are.
        var narrow = width < NarrowBelow;
        var place = budgets.Count == 0 ? 0 : Math.Clamp(budgets.Max(b => b.Destination.ToString().Length), 21, narrow ? 21 : 40);
        var bar = Math.Clamp(width - place - (narrow ? 52 : 68), 8, 60);
        yield return new($"   {"destination".PadRight(place)} {(narrow ? "in use" : "ports in use "),6} {new string(' ', bar)} {"TIME_WAIT",9} {"per s",5} {"run out",7}  dialled by", new Style(decoration: Decoration.Bold));
        var first = Math.Max(0, selected - room + 2);
        foreach (var (budget, at) in budgets.Select((b, at) => (b, at)).Skip(first).Take(room - 1))
        {
            var colour = budget.IsExhausted ? Color.Red : budget.IsPastCliff ? Color.Yellow : Color.Default;
            yield return new(string.Create(CultureInfo.InvariantCulture,
                $" {(at == selected ? '>' : ' ')} {Cut(budget.Destination.ToString(), place)} {Count(budget.InUse),6}{(narrow ? "" : $"/{Count(budget.Limit),-6}")} {Bar(budget, bar)} {Count(budget.TimeWait),9} {budget.PerSecond,5:0} {Left(budget),7}  {Owner(reading, budget)}"), new Style(colour));
        }

        if (budgets.Count == 0)
        {
            yield return new(state.Filter.Length > 0 ? "   no destination matches the filter" : "   nothing is dialled from here now", new Style(Color.Grey));
        }

        foreach (var port in reading.Accepted.OrderByDescending(a => a.States.Total).Take(Math.Max(0, room - 1 - budgets.Count)))
        {
            yield return new($"   accepted on {port.Port}{(reading.ListenersOn(port.Port) is [var owner, ..] ? $" by {owner}" : "")}: {Count(port.States[TcpState.Established])} established, {Count(port.States[TcpState.TimeWait])} TIME_WAIT, {Count(port.States[TcpState.CloseWait])} CLOSE_WAIT", new Style(Color.Grey));
        }
    }

    private static IEnumerable<Line> Detail(MachineReading reading, WatchHistory history, PortBudget budget, int width)
    {
        yield return new($" {budget.Source.ToIPEndPoint().Address} -> {budget.Destination}", new Style(decoration: Decoration.Bold));
        yield return new($" {Count(budget.InUse)} of {Count(budget.Limit)} ports taken, {Count(budget.Free)} free; cliff at {Count(budget.CliffAt)}; run out {Left(budget)}{(budget.ReusesTimeWaits ? "; TIME_WAITs are reused here" : "")}{(budget.Bound > 0 ? $"; {Count(budget.Bound)} bound" : "")}", Style.Plain);
        yield return new(" " + Bar(budget, Math.Max(10, width - 4)), Style.Plain);
        for (var state = TcpState.SynSent; state <= TcpState.TimeWait; state++)
        {
            if (budget.States[state] > 0)
            {
                yield return new($"   {state,-12} {Count(budget.States[state]),8}", Style.Plain);
            }
        }

        yield return new(" in use      " + Sparkline.Of(history.InUse(budget).Select(v => (double)v), width - 14), new Style(Color.Aqua));
        yield return new(" back in 60s " + Sparkline.Of(Enumerable.Range(0, 60).Select(s => (double)(budget.Returns.Within(s + 1) - budget.Returns.Within(s))), Math.Min(60, width - 14)), new Style(Color.Green));
        foreach (var share in reading.OwnersOf(budget))
        {
            yield return new($"   {share.Owner}: {Count(share.Live)} live, {Count(share.TimeWait)} of its TIME_WAITs seen{(share.OnlyUser ? "; the only process ever seen dialling there" : "")}", Style.Plain);
        }
    }

    private static IEnumerable<Line> Processes(MachineReading reading, WatchState state)
    {
        yield return new($"   {"live",7} {"TIME_WAIT",9} {"to",5}  process (TIME_WAITs of connections it was seen with)", new Style(decoration: Decoration.Bold));
        var shares = reading.Owners.SelectMany(owners => owners).GroupBy(share => share.Owner)
            .Select(own => (Owner: own.Key.ToString(), Live: own.Sum(s => s.Live), TimeWait: own.Sum(s => s.TimeWait), Destinations: own.Count()))
            .Where(own => own.Owner.Contains(state.Filter, StringComparison.OrdinalIgnoreCase)).OrderByDescending(own => own.Live + own.TimeWait).ToList();
        foreach (var (owner, live, timeWait, destinations) in shares)
        {
            yield return new($"   {Count(live),7} {Count(timeWait),9} {Count(destinations),5}  {owner}", Style.Plain);
        }

        if (shares.Count == 0)
        {
            yield return new("   no process was seen dialling (root sees those of other users, too)", new Style(Color.Grey));
        }
    }

    // The place of what is chosen; -1 when one looks at a destination that is not there now.
    private static int Select(List<PortBudget> budgets, WatchState state)
    {
        var at = state.Chosen is { } chosen ? budgets.FindIndex(b => (b.Source, b.Destination) == chosen) : 0;
        if (at < 0 && state.Drilled && state.Moved == 0)
        {
            return at;
        }

        at = Math.Clamp(Math.Max(0, at) + state.Moved, 0, Math.Max(0, budgets.Count - 1));
        if (budgets.Count > 0 && (state.Moved != 0 || state.Drilled))
        {
            state.Chosen = (budgets[at].Source, budgets[at].Destination);
        }

        state.Moved = 0;
        return at;
    }

    private static string Cut(string text, int width) => text.Length > width ? text[..(width - 1)] + "~" : text.PadRight(width);

    private static List<PortBudget> Shown(MachineReading reading, WatchState state)
    {
        var shown = reading.Budgets.Where(b => state.Filter.Length == 0
            || b.Destination.ToString().Contains(state.Filter, StringComparison.OrdinalIgnoreCase)
            || Owner(reading, b).Contains(state.Filter, StringComparison.OrdinalIgnoreCase));
        return [.. state.Order switch
        {
            WatchOrder.Rate => shown.OrderByDescending(b => b.PerSecond),
            WatchOrder.TimeLeft => shown.OrderBy(b => b.SecondsToExhaustion ?? double.MaxValue),
            WatchOrder.Name => shown.OrderBy(b => b.Destination.ToString(), StringComparer.Ordinal),
            _ => shown.OrderByDescending(b => b.InUse),
        }];
    }

    private static string Bar(PortBudget budget, int width) =>
        Sparkline.Bar(budget.Limit == 0 ? 1 : (double)budget.InUse / budget.Limit, budget.Limit == 0 ? 0 : (double)budget.CliffAt / budget.Limit, width);

    private static string Left(PortBudget budget) => budget.SecondsToExhaustion switch
    {
        null => "-",
        0 => "now",
        < 1000 and var seconds => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        var seconds => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
    };

    private static string Owner(MachineReading reading, PortBudget budget)
    {
        var owners = reading.OwnersOf(budget);
        return owners.Count == 0 ? "" : owners[0].Owner + (owners.Count > 1 ? $" +{owners.Count - 1}" : "");
    }

    // On 80 columns all of it is seen, too, unless a filter is long.
    private static string Keys(WatchState state, bool narrow)
    {
        var other = state.ByProcess ? "destinations" : "processes";
        return narrow
            ? $"q quit  s {Name(state.Order)}  / {(state.Filter.Length > 0 ? $"\"{state.Filter}\"" : "filter")}  f freeze  p {other}  enter detail  esc back"
            : $"q quit  s sort ({Name(state.Order)})  / filter{(state.Filter.Length > 0 ? $" ({state.Filter})" : "")}  f freeze  p {other}  arrows, enter detail  esc back";
    }

    private static string Name(WatchOrder order) => order switch
    {
        WatchOrder.Rate => "rate",
        WatchOrder.TimeLeft => "time left",
        WatchOrder.Name => "name",
        _ => "in use",
    };

    private static Style Invert { get; } = new(decoration: Decoration.Invert);

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
