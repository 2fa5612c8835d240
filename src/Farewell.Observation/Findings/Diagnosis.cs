using Farewell.Observation.Readings;

namespace Farewell.Observation.Findings;

/// <summary>From a reading to findings. Pure: the same reading gives the same findings, now or played back.</summary>
public static class Diagnosis
{
    /// <summary>Everything worth saying about a reading, the gravest first; empty for a healthy host.</summary>
    public static IReadOnlyList<Finding> Of(MachineReading reading, Thresholds? thresholds = null)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var limits = thresholds ?? Thresholds.Default;
        IEnumerable<Finding> found =
        [
            .. PortFindings.Find(reading, limits),
            .. BoundPortFindings.Find(reading, limits),
            .. TimeWaitFindings.Find(reading, limits),
            .. LeakFindings.Find(reading, limits),
            .. TrackingFindings.Find(reading, limits),
            .. SettingFindings.Find(reading, limits),
        ];
        return [.. found.OrderByDescending(f => f.Severity).ThenBy(f => Order.IndexOf(f.Id))];
    }

    private static readonly List<string> Order = [.. FindingCatalog.All];
}
