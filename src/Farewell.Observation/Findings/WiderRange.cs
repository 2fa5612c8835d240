using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Settings;

namespace Farewell.Observation.Findings;

/// <summary>What a wider range of ephemeral ports would change, computed.</summary>
internal static class WiderRange
{
    private const int MostListed = 20;
    private static readonly PortRange Widest = new(1024, 65535);

    /// <summary>The commands; null when the range is as wide as it gets.</summary>
    public static string? Command(MachineReading reading)
    {
        if (reading.Range.Low <= Widest.Low && reading.Range.High >= Widest.High)
        {
            return null;
        }

        var listeners = reading.ListeningPorts.Where(Widest.Contains).ToList();
        var reserve = listeners.Count is 0 or > MostListed
            ? ""
            : $"first keep the ports of your listeners: sysctl -w {SettingMeaning.ReservedPorts}={string.Join(',', listeners)} (join it to what is reserved already); then ";
        return $"{reserve}sysctl -w {SettingMeaning.PortRange}=\"{Widest}\"";
    }

    /// <summary>What it would change for one destination.</summary>
    public static string Effect(MachineReading reading, PortBudget budget)
    {
        var listeners = reading.ListeningPorts.Count(Widest.Contains);
        var limit = Widest.Usable - listeners - (reading.Range.Usable - budget.Limit - reading.HeldByBind);
        var cliff = Widest.FirstHalf - listeners / 2;
        var ended = PortBudgets.RatePerSecond(budget.Returns);
        var seconds = PortForecast.SecondsUntil(limit, budget.InUse - budget.TimeWait, budget.Returns, ended,
            Math.Max(0, budget.PerSecond - ended), TimeWaitLength.Held);
        return $"The range {Widest} moves exhaustion from {PerSecond(budget.Limit)} to {PerSecond(limit)} for each destination and the cliff from "
            + $"{Phrase.Count(budget.CliffAt)} to {Phrase.Count(cliff)} connections (behind it each connect() is slower still); at the present "
            + $"{Phrase.Rate(budget.PerSecond)} to {budget.Destination} ports "
            + (budget.SecondsToExhaustion is null ? "do not run out either way." : $"then run out {Phrase.Seconds(seconds)} instead of {Phrase.Seconds(budget.SecondsToExhaustion)}.");
    }

    /// <summary>So many ports last for so many ended connections a second.</summary>
    public static string PerSecond(int ports) => Phrase.Rate(ports / TimeWaitLength.Nominal.TotalSeconds);
}
