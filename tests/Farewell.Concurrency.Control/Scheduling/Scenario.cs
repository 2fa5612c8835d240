namespace Farewell.Concurrency.Control;

/// <summary>What happens at the same time, and what must be true of it in every order.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Body">Makes the parties, lets them act, and checks; it is run once for each schedule.</param>
public sealed record Scenario(string Name, Func<Run, Task> Body)
{
    /// <summary>Whether time may pass while something can still run: threads are slow, deadlines fall in between.</summary>
    public bool TimePasses { get; init; }

    /// <summary>Which of several ways it is to be run in; for its body to read.</summary>
    public string Variant { get; init; } = "";

    /// <summary>The virtual time after which it has failed to end.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The points after which it has failed to end.</summary>
    public int MaxSteps { get; init; } = 200_000;

    /// <summary>Fields that are read without a lock by design.</summary>
    public IReadOnlySet<string> ReadUnlocked { get; init; } = new HashSet<string>();

    internal bool Allows(string field) => ReadUnlocked.Contains(field);
}
