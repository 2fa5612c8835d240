using Farewell.Observation.Linux;
using Farewell.Observation.Portable;
using Farewell.Observation.Windows;

namespace Farewell.Observation;

/// <summary>
/// The kernel's TCP counters of one network namespace at one moment, or the <see cref="Since">difference</see> of two. A counter that this
/// kernel does not have is null. They count from the birth of the namespace.
/// </summary>
/// <remarks>
/// Kernel names and meanings: RFC 4022 for the first group, <c>net/ipv4/proc.c</c> and <c>Documentation/networking/snmp_counter.rst</c> for
/// the rest.
/// </remarks>
public sealed partial class TcpCounters
{
    private readonly Dictionary<string, long> _values;

    internal TcpCounters(Dictionary<string, long> values) => _values = values;

    /// <summary>Every counter by the kernel's own name, such as <c>TCPTimeWaitOverflow</c>.</summary>
    public IReadOnlyDictionary<string, long> ByKernelName => _values;

    /// <summary>A counter by the kernel's own name; null when it is not there.</summary>
    public long? this[string kernelName] => _values.TryGetValue(kernelName, out var value) ? value : null;

    /// <summary>Reads the counters: on Linux those of the calling thread's network namespace, on Windows those of <c>GetTcpStatisticsEx2</c>, elsewhere the few that .NET offers.</summary>
    /// <exception cref="ObservationException">This machine does not offer them.</exception>
    public static TcpCounters Read()
    {
        if (!OperatingSystem.IsLinux())
        {
            return OperatingSystem.IsWindows() ? TcpStatisticsTable.Read() : SystemTcpCounters.Read();
        }

        try
        {
            // Not /proc/net, which is the namespace of the main thread whichever thread opens it.
            return Parse(File.ReadAllText("/proc/thread-self/net/snmp"), File.ReadAllText("/proc/thread-self/net/netstat"));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new ObservationException(ObservationFailure.Unsupported, $"The kernel's TCP counters cannot be read: {failed.Message}",
                "Is /proc mounted, and not hidden by the container?", failed);
        }
    }

    /// <summary>
    /// Parses the text of Linux's <c>/proc/net/snmp</c> and <c>/proc/net/netstat</c>. What it does not understand is left out; no text
    /// throws.
    /// </summary>
    public static TcpCounters Parse(ReadOnlySpan<char> snmp, ReadOnlySpan<char> netstat)
    {
        var values = new Dictionary<string, long>(192);
        ProcNetText.Parse(snmp, "Tcp", values);
        ProcNetText.Parse(netstat, "TcpExt", values);
        return new(values);
    }

    /// <summary>
    /// What was counted since <paramref name="earlier"/>: for each counter that both have, this one's value less the earlier one's.
    /// <see cref="OpenNow"/> is a level, so its difference may be negative.
    /// </summary>
    public TcpCounters Since(TcpCounters earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        var difference = new Dictionary<string, long>(_values.Count);
        foreach (var (name, value) in _values)
        {
            if (earlier._values.TryGetValue(name, out var before))
            {
                difference.Add(name, unchecked(value - before));
            }
        }

        return new(difference);
    }
}
