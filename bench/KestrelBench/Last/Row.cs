namespace Farewell.Bench.Last;

/// <summary>One thing to measure.</summary>
/// <param name="Name">The client, and from when to when.</param>
/// <param name="Rounds">How often each server has its turn.</param>
/// <param name="TurnAsync">One turn: milliseconds, of each time in it.</param>
internal sealed record Row(string Name, int Rounds, Func<LastServer, Task<double[]>> TurnAsync)
{
    /// <summary>Whether both servers may have their turns at once: where a turn is mostly waiting.</summary>
    public bool AtOnce { get; init; }

    public static Row OfOne(string name, int rounds, Func<LastServer, Task<double>> onceAsync) => new(name, rounds, async server => [await onceAsync(server)]);
}
