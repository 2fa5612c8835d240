using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Farewell.Observation.Windows;

/// <summary>
/// The counters of <c>GetTcpStatisticsEx2</c>, and of <c>GetTcpStatisticsEx</c> where Windows is too old for it (before 10, version 1709), under the names
/// Linux gives them; IPv4 and IPv6 together. In the older one the segments wrap at 2^32.
/// </summary>
/// <remarks>Written from the documentation of iphlpapi; the older call was run under Wine, which has no other, and neither yet on Windows itself.</remarks>
[SupportedOSPlatform("windows")]
internal static partial class TcpStatisticsTable
{
    private const int Ipv4 = 2;
    private const int Ipv6 = 23;
    private const int NotSupported = 50; // ERROR_NOT_SUPPORTED: the family is not installed

    public static TcpCounters Read()
    {
        var values = new Dictionary<string, long>();
        Span<byte> table = stackalloc byte[TcpStatisticsLayout.Wide.Length];
        foreach (var family in (ReadOnlySpan<int>)[Ipv4, Ipv6])
        {
            if (Fill(table, family) is { } layout)
            {
                layout.Add(table, values);
            }
        }

        return new(values);
    }

    private static TcpStatisticsLayout? Fill(Span<byte> table, int family)
    {
        try
        {
            return Checked(GetTcpStatisticsEx2(table, family), family, nameof(GetTcpStatisticsEx2)) ? TcpStatisticsLayout.Wide : null;
        }
        catch (EntryPointNotFoundException)
        {
            return Checked(GetTcpStatisticsEx(table, family), family, nameof(GetTcpStatisticsEx)) ? TcpStatisticsLayout.Narrow : null;
        }
    }

    private static bool Checked(int error, int family, string call) => error switch
    {
        0 => true,
        NotSupported when family == Ipv6 => false,
        _ => throw new ObservationException(ObservationFailure.Failed, $"Windows does not tell its TCP counters ({call}: {error})."),
    };

    [LibraryImport("iphlpapi")]
    private static partial int GetTcpStatisticsEx2(Span<byte> table, int family);

    [LibraryImport("iphlpapi")]
    private static partial int GetTcpStatisticsEx(Span<byte> table, int family);
}
