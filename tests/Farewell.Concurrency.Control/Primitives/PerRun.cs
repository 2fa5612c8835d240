using System.Runtime.CompilerServices;

namespace Farewell.Concurrency.Control;

/// <summary>What is static in the library, and so of one process: a run is one.</summary>
public static class PerRun
{
    private static readonly ConditionalWeakTable<Run, Dictionary<string, object>> Statics = [];

    /// <summary>The place of a static field.</summary>
    public static ref T Of<T>(string field)
    {
        var statics = Run.Current is { } run ? Statics.GetOrCreateValue(run) : throw new InvalidOperationException($"{field}: nothing is static outside of a run.");
        if (!statics.TryGetValue(field, out var place))
        {
            statics.Add(field, place = new StrongBox<T>());
        }

        return ref ((StrongBox<T>)place).Value!;
    }
}

/// <summary>Stands in for a static <see cref="Lazy{T}"/>: made once in each run.</summary>
public sealed class PerRun<T>(Func<T> make)
    where T : class
{
    private readonly ConditionalWeakTable<Run, T> _made = [];

    public T Value => _made.GetValue(Run.Current!, _ => make());
}
