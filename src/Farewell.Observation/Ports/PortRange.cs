using System.Globalization;

namespace Farewell.Observation.Ports;

/// <summary>
/// The ephemeral ports of a host: a range less the ports reserved in it. A plain <c>connect()</c> searches the ports whose distance from
/// <see cref="Low"/> is even first and the others only when all of those are taken (<c>__inet_hash_connect</c>): past
/// <see cref="FirstHalf"/> every dial walks that half in vain, which is the cliff.
/// </summary>
public sealed class PortRange
{
    private readonly ulong[] _reserved = new ulong[(ushort.MaxValue + 1) / 64];

    /// <summary>A range with no port reserved.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="low"/> is 0 or above <paramref name="high"/>.</exception>
    public PortRange(ushort low, ushort high)
        : this(low, high, [])
    {
    }

    /// <summary>A range less what is reserved (<c>ip_local_reserved_ports</c>); reservations outside the range change nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="low"/> is 0 or above <paramref name="high"/>.</exception>
    public PortRange(ushort low, ushort high, IEnumerable<(ushort First, ushort Last)> reserved)
    {
        ArgumentNullException.ThrowIfNull(reserved);
        ArgumentOutOfRangeException.ThrowIfZero(low);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(low, high);
        (Low, High, Usable) = (low, high, high - low + 1);
        FirstHalf = (Usable + 1) / 2;
        foreach (var (first, last) in reserved)
        {
            for (int port = Math.Max(first, low); port <= Math.Min(last, high); port++)
            {
                if (!IsReserved((ushort)port))
                {
                    _reserved[port >> 6] |= 1UL << (port & 63);
                    Usable--;
                    FirstHalf -= IsOfFirstHalf((ushort)port) ? 1 : 0;
                }
            }
        }
    }

    /// <summary>Linux's own default, 32768 to 60999: 28,232 ports.</summary>
    public static PortRange LinuxDefault { get; } = new(32768, 60999);

    /// <summary>The first port.</summary>
    public ushort Low { get; }

    /// <summary>The last port.</summary>
    public ushort High { get; }

    /// <summary>How many ports there are to hand out, 0 to 65,535.</summary>
    public int Usable { get; }

    /// <summary>How many of them a plain <c>connect()</c> tries first; so many connections to one destination are cheap.</summary>
    public int FirstHalf { get; }

    /// <summary>Whether a port lies between <see cref="Low"/> and <see cref="High"/> and is not reserved.</summary>
    public bool Contains(ushort port) => port >= Low && port <= High && !IsReserved(port);

    /// <summary>Whether a plain <c>connect()</c> tries this port in its first pass.</summary>
    public bool IsOfFirstHalf(ushort port) => ((port - Low) & 1) == 0;

    /// <summary>Whether <c>bind(address, 0)</c> with SO_REUSEADDR tries this port only when the lower part of the range is full.</summary>
    public bool IsOfUpperPart(ushort port) => port >= Low + ((High + 1 - Low) >> 2 << 1);

    /// <summary>Reads the texts of <c>ip_local_port_range</c> and <c>ip_local_reserved_ports</c>; null when the first makes no sense.</summary>
    public static PortRange? Parse(string range, string reserved)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(reserved);
        return range.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var first, var last]
            && Port(first) is { } low and > 0 && Port(last) is { } high && low <= high
            ? new(low, high, reserved.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).SelectMany(Part))
            : null;
    }

    /// <summary>The range as the kernel writes it, with a blank.</summary>
    public override string ToString() => $"{Low} {High}";

    private bool IsReserved(ushort port) => (_reserved[port >> 6] >> (port & 63) & 1) == 1;

    private static IEnumerable<(ushort First, ushort Last)> Part(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var first = Port(dash < 0 ? text : text[..dash]);
        var last = dash < 0 ? first : Port(text[(dash + 1)..]);
        if (first is { } from && last is { } to)
        {
            yield return (from, to);
        }
    }

    private static ushort? Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}
