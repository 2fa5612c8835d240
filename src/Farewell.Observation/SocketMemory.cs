using System.Globalization;

namespace Farewell.Observation;

/// <summary>The kernel's own sums (<c>/proc/net/sockstat</c>), of one network namespace but for <see cref="MemoryPages"/>.</summary>
/// <param name="InUse">TCP sockets over IPv4 in a live state.</param>
/// <param name="Orphans">Connections that no process holds and that are not in TIME-WAIT.</param>
/// <param name="TimeWait">TIME-WAITs, those of closed FIN-WAIT-2s included.</param>
/// <param name="Allocated">TCP sockets allocated, whatever their state.</param>
/// <param name="MemoryPages">Pages of 4 KiB that TCP's buffers take on the whole machine.</param>
public sealed record SocketMemory(long? InUse, long? Orphans, long? TimeWait, long? Allocated, long? MemoryPages)
{
    /// <summary>Reads it for the calling thread's network namespace; null when it cannot be read.</summary>
    public static SocketMemory? Read()
    {
        try
        {
            return OperatingSystem.IsLinux() ? Parse(File.ReadAllText("/proc/thread-self/net/sockstat")) : null;
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Parses its text; what is not understood is null, and no text throws.</summary>
    public static SocketMemory Parse(ReadOnlySpan<char> text)
    {
        Dictionary<string, long> values = [];
        foreach (var line in text.EnumerateLines())
        {
            if (!line.StartsWith("TCP:"))
            {
                continue;
            }

            var words = line["TCP:".Length..].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (var word = 0; word + 1 < words.Length; word += 2)
            {
                if (long.TryParse(words[word + 1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
                {
                    values[words[word]] = value;
                }
            }
        }

        return new(Value("inuse"), Value("orphan"), Value("tw"), Value("alloc"), Value("mem"));

        long? Value(string name) => values.TryGetValue(name, out var value) ? value : null;
    }
}
