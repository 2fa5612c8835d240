using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Settings;

namespace Farewell.Observation.Findings;

/// <summary>What a wider range of ephemeral ports would change, computed.</summary>
internal static class WiderRange
{
    private const int MostListed = 20;
    private static readonly PortRange Widest = new(1024, 65535);

    /// <summary>The commands; null when the range is as wide as it gets, or when nothing but reserved ports would be won.</summary>
    public static string? Command(MachineReading reading)
    {
        if ((reading.Range.Low <= Widest.Low && reading.Range.High >= Widest.High) || After(reading).Usable <= reading.Range.Usable)
        {
            return null;
        }

        var (listeners, reserved) = (ToReserve(reading), reading.Settings[SettingMeaning.ReservedPorts] ?? "");
        var reserve = listeners.Count switch
        {
            0 => "",
            > MostListed => $"first join the ports of your {listeners.Count} listeners (ss -Hltn lists them) to {SettingMeaning.ReservedPorts}; then ",
            _ => $"first keep the ports of your listeners: sysctl -w {SettingMeaning.ReservedPorts}={(reserved.Length > 0 ? reserved + "," : "")}{string.Join(',', listeners)}; then ",
        };
        return $"{reserve}sysctl -w {SettingMeaning.PortRange}=\"{Widest}\"";
    }

    /// <summary>What it would change for one destination.</summary>
    public static string Effect(MachineReading reading, PortBudget budget)
    {
        var after = After(reading);
        var idle = Math.Max(0, reading.HeldByBind - reading.ListeningPorts.Count(reading.Range.Contains));
        var elsewhere = Math.Max(0, reading.Range.Usable - budget.Limit - reading.HeldByBind);
        var limit = Math.Max(0, after.Usable - idle - elsewhere);
        var ended = PortBudgets.RatePerSecond(budget.Returns);
        var seconds = PortForecast.SecondsUntil(limit, budget.InUse - budget.TimeWait, budget.ReusesTimeWaits ? default : budget.Returns, ended,
            Math.Max(0, budget.PerSecond - ended), budget.HeldFor);
        return $"The range {Widest} moves exhaustion from {PerSecond(budget.Limit, budget)} to {PerSecond(limit, budget)} for each destination and the cliff from "
            + $"{Phrase.Count(budget.CliffAt)} to {Phrase.Count(after.FirstHalf)} connections (behind it each connect() is slower still); at the present "
            + $"{Phrase.Rate(budget.PerSecond)} to {budget.Destination} ports "
            + (budget.SecondsToExhaustion is null ? "do not run out either way."
                : seconds is null ? $"then do not run out, instead of {Phrase.Seconds(budget.SecondsToExhaustion)}."
                : $"then run out {Phrase.Seconds(seconds)} instead of {Phrase.Seconds(budget.SecondsToExhaustion)}.");
    }

    /// <summary>The widest range, less what is reserved now and the listeners that the command reserves.</summary>
    public static PortRange After(MachineReading reading) => PortRange.Parse(
        Widest.ToString(), string.Join(',', ToReserve(reading).Select(port => $"{port}").Prepend(reading.Settings[SettingMeaning.ReservedPorts] ?? "")))!;

    /// <summary>So many ports last for so many ended connections a second.</summary>
    public static string PerSecond(int ports) => Phrase.Rate(ports / TimeWaitLength.Nominal.TotalSeconds);

    /// <summary>The same towards a destination, where the kernel may reuse TIME-WAITs sooner.</summary>
    public static string PerSecond(int ports, PortBudget budget) => budget.ReusesTimeWaits
        ? Phrase.Rate(ports / Math.Max(budget.HeldFor.TotalSeconds, 0.001))
        : PerSecond(ports);

    private static List<ushort> ToReserve(MachineReading reading)
    {
        var range = PortRange.Parse(Widest.ToString(), reading.Settings[SettingMeaning.ReservedPorts] ?? "") ?? Widest;
        return [.. reading.ListeningPorts.Where(range.Contains)];
    }
}
