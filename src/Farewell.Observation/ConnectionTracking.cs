using System.Globalization;
using Farewell.Observation.Settings;

namespace Farewell.Observation;

/// <summary>
/// Connection tracking (netfilter's conntrack) in one network namespace: what a firewall or a NAT on this host remembers, TIME-WAITs of its own
/// included, which last 120 s and not 60.
/// </summary>
/// <param name="Count">Connections remembered.</param>
/// <param name="Limit">The most there may be.</param>
/// <param name="TimeWaitSeconds">How long one is kept after both FINs.</param>
/// <param name="Dropped">Packets of new connections dropped because the table was full, since the namespace was made; null when not told.</param>
/// <param name="EarlyDropped">Connections forgotten to make room, since the namespace was made; null when not told.</param>
/// <param name="TimeWait">How many are in its TIME-WAIT; null when the list cannot be read (root, CONFIG_NF_CONNTRACK_PROCFS).</param>
public sealed record ConnectionTracking(long Count, long Limit, long? TimeWaitSeconds, long? Dropped, long? EarlyDropped, long? TimeWait)
{
    /// <summary>Reads it for the calling thread's network namespace; null when tracking is not in use here.</summary>
    /// <param name="settings">The settings of that namespace.</param>
    /// <param name="countTimeWaits">Whether to look for its TIME-WAITs: the kernel lists every connection for it, some 2 us each.</param>
    public static ConnectionTracking? Read(KernelSettings settings, bool countTimeWaits = true)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Number(SettingMeaning.ConntrackCount) is not { } count || settings.Number(SettingMeaning.ConntrackMost) is not { } limit)
        {
            return null;
        }

        var statistics = TryRead("/proc/thread-self/net/stat/nf_conntrack") ?? TryRead("/proc/net/stat/nf_conntrack");
        return new(count, limit, settings.Number(SettingMeaning.ConntrackTimeWait),
            Column(statistics, "drop"), Column(statistics, "early_drop"), countTimeWaits ? CountTimeWaits() : null);
    }

    /// <summary>Sums a column of <c>/proc/net/stat/nf_conntrack</c>: a line of names, then one of hexadecimal numbers for each processor.</summary>
    internal static long? Column(string? text, string name)
    {
        var lines = text?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var at = lines.Length == 0 ? -1 : Array.IndexOf(lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), name);
        if (at < 0)
        {
            return null;
        }

        long sum = 0;
        foreach (var line in lines.AsSpan(1))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            sum += at < words.Length && uint.TryParse(words[at], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? value : 0;
        }

        return sum;
    }

    private static long? CountTimeWaits()
    {
        try
        {
            return File.ReadLines("/proc/thread-self/net/nf_conntrack").LongCount(line => line.Contains(" TIME_WAIT ", StringComparison.Ordinal));
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
