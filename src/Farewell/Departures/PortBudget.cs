using System.Globalization;

namespace Farewell.Departures;

/// <summary>How many local ports the kernel picks from for connections to one destination.</summary>
/// <param name="Ports">The ports, 1 to 65,535.</param>
/// <param name="Source">Where the number comes from.</param>
public readonly record struct PortBudget(int Ports, string Source)
{
    private const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
    private const string Reserved = "/proc/sys/net/ipv4/ip_local_reserved_ports";

    /// <summary>What Windows (since Vista) and macOS have by default, 49152 to 65535; also assumed where nothing tells.</summary>
    public static PortBudget Assumed => new(16_384, "assumed: 49152-65535");

    /// <summary>
    /// The calling thread's network namespace: <c>ip_local_port_range</c> less the <c>ip_local_reserved_ports</c> within it. Elsewhere than on Linux, and
    /// if that cannot be read, <see cref="Assumed"/>.
    /// </summary>
    public static PortBudget OfThisMachine()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Assumed;
        }

        try
        {
            return Parse(File.ReadAllText(Range), File.Exists(Reserved) ? File.ReadAllText(Reserved) : "") ?? Assumed;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return Assumed;
        }
    }

    /// <summary>From the kernel's text; null when it makes no sense.</summary>
    internal static PortBudget? Parse(string range, string reserved)
    {
        var words = range.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var first, var last] || Port(first) is not { } low || Port(last) is not { } high || low > high)
        {
            return null;
        }

        // The list may name a port twice: "5000,4990-5010".
        var taken = new bool[65_536];
        foreach (var item in reserved.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = item.Split('-');
            if (Port(ends[0]) is not { } from || Port(ends[^1]) is not { } to || ends.Length > 2 || from > to)
            {
                return null;
            }

            Array.Fill(taken, true, from, to - from + 1);
        }

        var ports = Enumerable.Range(low, high - low + 1).Count(port => !taken[port]);
        return new(Math.Max(1, ports), "ip_local_port_range less ip_local_reserved_ports");
    }

    private static ushort? Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}
