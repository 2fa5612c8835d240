using System.Globalization;
using System.Runtime.Versioning;
using Farewell.Observation.Owners;

namespace Farewell.Observation.Linux;

/// <summary>A network namespace with processes in it.</summary>
/// <param name="Name">The kernel's name, <c>net:[4026532281]</c>.</param>
/// <param name="ProcessId">One of the processes in it, for <see cref="NetworkNamespace.OfProcess"/>.</param>
/// <param name="Process">That process's program.</param>
/// <param name="Processes">How many processes are in it.</param>
public sealed record ListedNamespace(string Name, int ProcessId, string Process, int Processes);

/// <summary>The network namespaces of this machine's processes.</summary>
[SupportedOSPlatform("linux")]
public static class NamespaceList
{
    /// <summary>Lists them, in the order of their first process. Without root only those of the user's own processes are seen.</summary>
    public static IReadOnlyList<ListedNamespace> Read()
    {
        Dictionary<string, ListedNamespace> byName = [];
        foreach (var id in Directory.EnumerateDirectories("/proc").Select(Id).OfType<int>().Order())
        {
            try
            {
                if (new FileInfo($"/proc/{id}/ns/net").LinkTarget is { } name)
                {
                    byName[name] = byName.TryGetValue(name, out var known)
                        ? known with { Processes = known.Processes + 1 }
                        : new(name, id, Printable.Of(File.ReadAllText($"/proc/{id}/comm").TrimEnd('\n')), 1);
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // Ended meanwhile, or somebody else's.
            }
        }

        return [.. byName.Values];
    }

    private static int? Id(string folder) =>
        int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
