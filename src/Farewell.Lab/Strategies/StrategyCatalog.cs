namespace Farewell.Lab.Strategies;

/// <summary>Every strategy there is.</summary>
public static class StrategyCatalog
{
    /// <summary>All strategies, by group, then by their place in it, then by name.</summary>
    public static IReadOnlyList<Strategy> All { get; } =
    [
        .. typeof(StrategyCatalog).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Strategy)) && !type.IsAbstract)
            .Select(type => (Strategy)Activator.CreateInstance(type)!)
            .OrderBy(s => s.Group).ThenBy(s => s.About.Order).ThenBy(s => s.Name, StringComparer.Ordinal),
    ];

    /// <summary>The strategies of these names, in the catalogue's order; all when there are none. A name may end in <c>*</c>.</summary>
    /// <exception cref="ArgumentException">A name fits no strategy; the message offers the closest.</exception>
    public static IReadOnlyList<Strategy> Named(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var name in names)
        {
            if (!All.Any(s => Fits(s, name)))
            {
                var closest = All.Select(s => s.Name).OrderBy(known => Distance(known, name)).Take(3);
                throw new ArgumentException($"There is no strategy '{name}'. Closest: {string.Join(", ", closest)}. See `farewell lab --list`.");
            }
        }

        return [.. All.Where(s => names.Count == 0 || names.Any(name => Fits(s, name)))];
    }

    private static bool Fits(Strategy strategy, string name) =>
        name.EndsWith('*') ? strategy.Name.StartsWith(name[..^1], StringComparison.Ordinal) : strategy.Name == name;

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string one, string other)
    {
        var previous = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var current = new int[other.Length + 1];
            current[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var substitution = previous[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[^1];
    }
}
