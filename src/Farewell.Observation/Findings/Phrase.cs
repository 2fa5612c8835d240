using System.Globalization;
using Farewell.Observation.Owners;
using Farewell.Tcp;

namespace Farewell.Observation.Findings;

/// <summary>Figures as a person reads them.</summary>
internal static class Phrase
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Rate(double perSecond) => perSecond >= 10
        ? perSecond.ToString("N0", CultureInfo.InvariantCulture) + "/s"
        : perSecond.ToString("0.#", CultureInfo.InvariantCulture) + "/s";

    public static string Percent(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %";

    public static string Seconds(double? seconds) => seconds switch
    {
        null => "never at this rate",
        < 1 => "now",
        < 120 => $"in {seconds.Value.ToString("0", CultureInfo.InvariantCulture)} s",
        < 7200 => $"in {(seconds.Value / 60).ToString("0", CultureInfo.InvariantCulture)} min",
        _ => $"in {(seconds.Value / 3600).ToString("0.#", CultureInfo.InvariantCulture)} h",
    };

    public static string Who(IReadOnlyList<OwnerShare> owners) => owners.Count == 0
        ? "a process that could not be seen (short-lived connections: run `farewell watch` or `record` for a while as root, or `farewell events --source trace --most 20`, which names the process of each)"
        : string.Join(", ", owners.Take(3).Select(o => o.Owner.ToString())) + (owners.Count > 3 ? $" and {owners.Count - 3} more" : "");

    public static string Address(Endpoint endpoint)
    {
        var text = endpoint.ToIPEndPoint().Address.ToString();
        return text;
    }

    public static double Round(double value) => Math.Round(value, 1);
}
