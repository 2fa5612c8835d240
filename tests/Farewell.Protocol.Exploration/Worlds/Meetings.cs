namespace Farewell.Protocol.Exploration;

/// <summary>
/// Whether the hash tells states apart by all that decides: two worlds of one hash, come to by different ways, can do the same steps, and each step leads both to one hash again. If not,
/// the search leaves out the future of whichever it met second.
/// </summary>
internal static class Meetings
{
    /// <param name="scenario">Which worlds.</param>
    /// <param name="mostStates">How many states to look at.</param>
    /// <returns>How many meetings were looked at, and the first in which two worlds differed.</returns>
    public static (long Meetings, string? Failure) Check(Scenario scenario, int mostStates)
    {
        var first = new World(scenario);
        var known = new Dictionary<UInt128, (World World, List<(Step Step, UInt128 Hash)> Future)> { [first.Hash()] = (first, Future(first, null)) };
        var waiting = new Queue<World>([first]);
        var meetings = 0L;
        while (waiting.TryDequeue(out var world))
        {
            var next = new List<World>();
            Future(world, next);
            foreach (var (there, hash) in next.Select(there => (there, there.Hash())))
            {
                var future = Future(there, null);
                if (!known.TryGetValue(hash, out var met))
                {
                    if (known.Count < mostStates)
                    {
                        known[hash] = (there, future);
                        waiting.Enqueue(there);
                    }
                }
                else if (++meetings > 0 && !met.Future.SequenceEqual(future))
                {
                    var differ = met.Future.Zip(future).FirstOrDefault(pair => pair.First != pair.Second);
                    return (meetings, $"one hash, two futures: {differ.First.Step} and {differ.Second.Step}, {met.Future.Count} and {future.Count} steps{Environment.NewLine}"
                        + $"{Trail.Describe(met.World.Trail)}{Environment.NewLine}{Trail.Describe(there.Trail)}");
                }
            }
        }

        return (meetings, null);
    }

    private static List<(Step Step, UInt128 Hash)> Future(World world, List<World>? next)
    {
        var steps = new List<Step>();
        world.AddSteps(steps);
        var future = new List<(Step Step, UInt128 Hash)>();
        foreach (var step in steps)
        {
            var there = world.Clone();
            there.Do(step);
            next?.Add(there);
            future.Add((step, there.Hash()));
        }

        return future;
    }
}
