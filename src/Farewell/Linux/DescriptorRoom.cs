using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Farewell.Linux;

/// <summary>
/// How many descriptors a process may still take. A process without a single one left cannot even start a thread or load an assembly: the .NET runtime
/// then ends itself with "Out of memory". So accepting has to stop before.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class DescriptorRoom
{
    private const int DescriptorLimit = 7; // RLIMIT_NOFILE

    /// <summary>
    /// The first descriptor number that leaves too little room: the soft limit less <paramref name="kept"/>, or less a quarter if that is less.
    /// </summary>
    public static int Ceiling(int kept) =>
        GetLimit(DescriptorLimit, out var limit) < 0 || limit.Soft > int.MaxValue ? int.MaxValue
            : (int)limit.Soft - Math.Min(kept, (int)limit.Soft / 4);

    /// <summary>
    /// Whether the next descriptor would be below the ceiling. The kernel gives out the lowest free one, so that it tells how many are taken.
    /// </summary>
    public static bool IsThere(int ceiling)
    {
        try
        {
            using var probe = File.OpenHandle("/dev/null");
            return probe.DangerousGetHandle() < ceiling;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private readonly record struct ResourceLimit(ulong Soft, ulong Hard);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);
}
