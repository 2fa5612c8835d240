using System.Globalization;
using Farewell.Observation.Findings;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Settings;
using Farewell.Tcp;
using Spectre.Console;

namespace Farewell.Tool.Doctor;

/// <summary>The doctor's report for people.</summary>
internal static class DoctorReport
{
    private const int MostBudgets = 10;
    private const int MostAlike = 8;
    private const int Indent = 2;

    public static void Print(IAnsiConsole console, MachineReading reading, IReadOnlyList<Finding> findings)
    {
        foreach (var alike in findings.GroupBy(f => (f.Id, f.Severity)))
        {
            Print(console, [.. alike]);
        }

        PrintBudgets(console, reading);
        PrintAccepted(console, reading);
        PrintPorts(console, reading);
        PrintChangedSettings(console, reading.Settings);
        foreach (var (_, reason) in reading.Missing)
        {
            Line(console, $"not seen: {reason}", Color.Grey);
        }

        PrintVerdict(console, reading, findings);
    }

    // Ten destinations past the cliff have one cause and one remedy: it is printed for the first.
    private static void Print(IAnsiConsole console, IReadOnlyList<Finding> alike)
    {
        var (mark, colour) = alike[0].Severity switch
        {
            Severity.Critical => ("CRITICAL", Color.Red),
            Severity.Warning => ("WARNING", Color.Yellow),
            _ => ("info", Color.Aqua),
        };
        foreach (var finding in alike.Take(MostAlike))
        {
            console.Write(new Text($"{mark} {finding.Id}: {finding.Title}\n", new Style(colour, decoration: Decoration.Bold)));
        }

        if (alike.Count > MostAlike)
        {
            Line(console, $"and {alike.Count - MostAlike} more of this kind (--json has all)", Color.Grey);
        }

        Part(console, alike.Count == 1 ? "cause" : "cause, of the first", alike[0].Cause);
        Part(console, alike.Count == 1 ? "remedy" : "remedy, of the first", alike[0].Remedy);
        Part(console, alike.Count == 1 ? "effect" : "effect, of the first", alike[0].Effect);
        console.WriteLine();
    }

    private static void Part(IAnsiConsole console, string name, string text) =>
        console.Write(new Padder(new Text($"{name}: {text}"), new Padding(Indent, 0, 0, 0)));

    private static void PrintBudgets(IAnsiConsole console, MachineReading reading)
    {
        // One TIME_WAIT towards an ephemeral port is the remains of a connection that came in on a listener long gone.
        var shown = reading.Budgets.Where(b => b.InUse - b.TimeWait > 0 || b.TimeWait > 1 || !reading.Range.Contains(b.Destination.Port)).ToList();
        if (shown.Count == 0)
        {
            return;
        }

        var table = new Table().Border(Console.IsOutputRedirected ? TableBorder.None : TableBorder.Simple);
        foreach (var name in (string[])["port budget of", "in use", "limit", "TIME_WAIT", "cliff at", "per second", "ports run out", "dialled by"])
        {
            table.AddColumn(new TableColumn(name).NoWrap());
        }

        foreach (var budget in shown.Take(MostBudgets))
        {
            table.AddRow([.. Cells(reading, budget).Select(cell => new Text(cell, Style(budget)))]);
        }

        console.Write(table);
        if (reading.Budgets.Count > Math.Min(shown.Count, MostBudgets))
        {
            Line(console, $"and {reading.Budgets.Count - Math.Min(shown.Count, MostBudgets)} destinations more (--json has all)", Color.Grey);
        }
    }

    private static IEnumerable<string> Cells(MachineReading reading, PortBudget budget) =>
    [
        $"{budget.Source.ToIPEndPoint().Address} -> {budget.Destination}",
        Count(budget.InUse),
        Count(budget.Limit),
        Count(budget.TimeWait) + (budget.ReusesTimeWaits ? " (reused)" : ""),
        Count(budget.CliffAt),
        budget.PerSecond.ToString("0.#", CultureInfo.InvariantCulture),
        budget.SecondsToExhaustion switch
        {
            null => "-",
            0 => "now",
            var seconds => $"{seconds.Value.ToString("0", CultureInfo.InvariantCulture)} s",
        },
        string.Join(", ", reading.OwnersOf(budget).Take(2).Select(o => o.Owner.ToString())),
    ];

    private static Style Style(PortBudget budget) => budget.IsExhausted
        ? new(Color.Red)
        : budget.IsPastCliff ? new(Color.Yellow) : Spectre.Console.Style.Plain;

    private static void PrintAccepted(IAnsiConsole console, MachineReading reading)
    {
        foreach (var port in reading.Accepted.OrderByDescending(a => a.States.Total).Take(MostBudgets))
        {
            console.WriteLine($"accepted on port {port.Port}{Listeners(reading, port)}: {Count(port.States[TcpState.Established])} established, "
                + $"{Count(port.States[TcpState.TimeWait])} TIME_WAIT, {Count(port.States[TcpState.CloseWait])} CLOSE_WAIT; no ephemeral port is taken by them");
        }
    }

    private static string Listeners(MachineReading reading, AcceptedUse port)
    {
        var owners = reading.ListenersOn(port.Port);
        return !port.IsListening ? " (no listener any more)" : owners.Count == 0 ? "" : " by " + string.Join(", ", owners.Take(2).Select(o => o.ToString()));
    }

    // What somebody has set is where to look first, and rumours about what it does are many.
    private static void PrintChangedSettings(IAnsiConsole console, KernelSettings settings)
    {
        foreach (var meaning in SettingMeaning.All.Where(m => m.Default is not null && settings[m.Name] is { } value && value != m.Default))
        {
            Line(console, $"{meaning.Name} is \"{settings[meaning.Name]}\", not \"{meaning.Default}\" as by default: {meaning.Meaning}", Color.Grey);
        }
    }

    private static void PrintPorts(IAnsiConsole console, MachineReading reading)
    {
        var (range, settings) = (reading.Range, reading.Settings);
        var held = reading.HeldByBind == 0 ? "" : $", {Count(reading.HeldByBind)} of them held by listeners or bound sockets";
        var isLinux = settings[SettingMeaning.PortRange] is not null || OperatingSystem.IsLinux();
        console.WriteLine($"ports {range.Low}-{range.High}: {Count(range.Usable)} for each destination{held}; {(isLinux ? $"the connect() cliff lies at {Count(range.FirstHalf)}; " : "")}"
            + $"{Count((long)(range.Usable / TimeWaitLength.Nominal.TotalSeconds))} connections a second to one destination last for ever when this side closes first"
            + (isLinux ? "" : $" and a TIME_WAIT lasts {TimeWaitLength.Nominal.TotalSeconds:F0} s, which differs by system: `farewell doctor --measure-time-wait`"));
        console.WriteLine((isLinux
            ? $"tcp_tw_reuse {settings[SettingMeaning.TimeWaitReuse] ?? "?"}, tcp_timestamps {settings[SettingMeaning.Timestamps] ?? "?"}, "
                + $"tcp_rfc1337 {settings[SettingMeaning.Rfc1337] ?? "?"}, tcp_max_tw_buckets {settings[SettingMeaning.MostTimeWaits] ?? "?"}; "
            : "") + $"{Count(reading.States[TcpState.TimeWait])} TIME_WAITs and {Count(reading.States.Live)} other connections now");
        if (reading.Budgets.Count == 0 && reading.Accepted.Count == 0)
        {
            console.WriteLine("no TCP connection is in this network namespace now; `farewell watch` shows them as they come, `farewell doctor --pid PID` looks into a container's");
        }
    }

    private static void PrintVerdict(IAnsiConsole console, MachineReading reading, IReadOnlyList<Finding> findings)
    {
        var grave = findings.Count(f => f.Severity > Severity.Info);
        if (grave == 0)
        {
            var found = findings.Count == 0 ? "nothing found" : $"{findings.Count} for information";

            // Owners alone may be missing: they name the cause of a finding, and none rests on them.
            var unread = reading.Missing.Keys.Where(what => what != "owners").ToList();
            Line(console, unread.Count == 0 ? $"healthy: {found}" : $"{found} in what could be read: without the {string.Join(" and the ", unread)} nobody can say healthy", unread.Count == 0 ? Color.Green : Color.Yellow);
            return;
        }

        Line(console, $"{grave} found; `farewell doctor --about {findings[0].Id}` explains the first", Color.Red);
    }

    private static void Line(IAnsiConsole console, string text, Color colour) => console.Write(new Text(text + "\n", new Style(colour)));

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
