using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>Long random walks through worlds larger than the search can exhaust. A seed gives the same walks again.</summary>
internal static class Walks
{
    private const int LongestWalk = 600;

    /// <returns>Steps taken, and what failed if anything did.</returns>
    public static (long Steps, long Ends, string? Failure) Run(int seed, int count)
    {
        var (total, ends) = (0L, 0L);
        for (var walk = 0; walk < count; walk++)
        {
            var random = new Random(unchecked(seed * 1_000_003 + walk));
            var world = new World(Swarm(random));
            try
            {
                total += Walk(world, random);
                ends += world.IsOver ? 1 : 0;
            }
            catch (Exception failed)
            {
                return (total, ends, $"seed {seed}, walk {walk}: {(failed is PropertyViolated ? failed.Message : failed.ToString())}{Environment.NewLine}{Trail.Describe(world.Trail)}");
            }
        }

        return (total, ends, null);
    }

    private static long Walk(World world, Random random)
    {
        var steps = new List<Step>();
        for (var taken = 0L; taken < LongestWalk; taken++)
        {
            steps.Clear();
            world.AddSteps(steps);
            if (steps.Count == 0)
            {
                PropertyViolated.Unless(world.IsOver, "no deadlock", "nothing can happen any more, and it is not over");
                return taken;
            }

            var step = steps[random.Next(steps.Count)];

            // Time and faults would end most walks early.
            if (step.Kind is >= StepKind.Advance or StepKind.Dismiss or StepKind.Leave or StepKind.Abort && random.Next(4) > 0 && steps.Count > 1)
            {
                step = steps[random.Next(steps.Count)];
            }

            if (step.Kind == StepKind.Deliver && random.Next(3) == 0 && world.SplitAt(step.Side, random) is { } at)
            {
                step = new Step(StepKind.DeliverHalf, step.Side, at);
            }

            world.Do(step);
        }

        return LongestWalk;
    }

    /// <summary>Each walk has another mixture of what may happen, so that each feature is also missing sometimes.</summary>
    private static Scenario Swarm(Random random)
    {
        var payload = random.Next(4) switch { 0 => 2, 1 => 300, 2 => 500, _ => 960 };
        var limits = random.Next(4) switch { 0 => Scenario.Short, 1 => Scenario.Calm, 2 => Scenario.Quick, _ => Scenario.Short with { Window = 4096, Pipeline = false } };
        return new Scenario
        {
            Name = "walk",
            Messages = random.Next(8),
            Asks = random.Next(7),
            Nested = random.Next(2),
            Cancels = random.Next(3),
            Refuses = random.Next(2) == 0,
            Faults = random.Next(3) == 0,
            Late = random.Next(3) == 0,
            Aborts = random.Next(8) == 0,
            StayerDials = random.Next(3) == 0,
            Payload = payload,
            Room = random.Next(3) switch { 0 => Session.LeastRoom, 1 => random.Next(Session.LeastRoom, 1100), _ => 4096 },
            Limits = limits,
        };
    }
}
