using System.Collections.Concurrent;

namespace Farewell.Protocol.Exploration.Weakenings;

/// <summary>What became of a weakening.</summary>
/// <param name="Weakening">Which.</param>
/// <param name="Caught">The property that noticed; null if none did.</param>
/// <param name="Stale">Why it could not be tried; null if it was.</param>
internal sealed record Outcome(Weakening Weakening, string? Caught, string? Stale);

/// <summary>Plants every weakening, one at a time, and sees which property notices.</summary>
internal static class Weakened
{
    /// <param name="weakenings">Which.</param>
    /// <param name="tell">Is told each outcome as soon as there is one.</param>
    public static IReadOnlyList<Outcome> Check(IReadOnlyList<Weakening> weakenings, Action<Outcome> tell)
    {
        var source = new CoreSource();
        var outcomes = new ConcurrentDictionary<string, Outcome>();
        Parallel.ForEach(weakenings, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, weakening =>
            tell(outcomes[weakening.Name] = Try(source, weakening)));
        return [.. weakenings.Select(weakening => outcomes[weakening.Name])];
    }

    /// <summary>Weakenings whose snippet does not stand in the core exactly once.</summary>
    public static IReadOnlyList<string> Stale(IReadOnlyList<Weakening> weakenings)
    {
        var source = new CoreSource();
        return [.. weakenings.Where(weakening => source.Occurrences(weakening) != 1).Select(weakening => weakening.Name)];
    }

    /// <summary>The core compiled the same way and not weakened: what fails here is a fault of the trial.</summary>
    public static string? Unweakened() => Run(new CoreSource().Compile(null));

    private static Outcome Try(CoreSource source, Weakening weakening)
    {
        var occurrences = source.Occurrences(weakening);
        return occurrences == 1
            ? new Outcome(weakening, Run(source.Compile(weakening)), null)
            : new Outcome(weakening, null, $"its snippet stands {occurrences} times in {weakening.File}");
    }

    private static string? Run(byte[] core)
    {
        return new Trial(core).Run();
    }
}
