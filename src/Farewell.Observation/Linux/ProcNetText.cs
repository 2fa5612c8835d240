namespace Farewell.Observation.Linux;

/// <summary>
/// Parses <c>/proc/net/snmp</c> and <c>/proc/net/netstat</c>: pairs of lines with the same prefix, first the names and then the values.
/// </summary>
internal static class ProcNetText
{
    /// <summary>Adds the counters of one prefix. Whatever is not understood is left out; no input throws.</summary>
    public static void Parse(ReadOnlySpan<char> text, ReadOnlySpan<char> prefix, Dictionary<string, long> into)
    {
        ReadOnlySpan<char> names = default;
        foreach (var line in text.EnumerateLines())
        {
            var colon = line.IndexOf(':');
            if (colon < 0 || !line[..colon].SequenceEqual(prefix))
            {
                names = default;
                continue;
            }

            var words = line[(colon + 1)..];
            if (names.IsEmpty)
            {
                names = words;
                continue;
            }

            Pair(names, words, into);
            names = default;
        }
    }

    private static void Pair(ReadOnlySpan<char> names, ReadOnlySpan<char> values, Dictionary<string, long> into)
    {
        while (NextWord(ref names) is { IsEmpty: false } name && NextWord(ref values) is { IsEmpty: false } value)
        {
            if (long.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var number))
            {
                into[name.ToString()] = number;
            }
        }
    }

    private static ReadOnlySpan<char> NextWord(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart(' ');
        var end = rest.IndexOf(' ');
        var word = end < 0 ? rest : rest[..end];
        rest = rest[word.Length..];
        return word;
    }
}
