using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>Long random walks through worlds larger than the search can exhaust. A seed gives the same walks again.</summary>
internal static class Walks
{
    private const int FreeSteps = 300;
    private const int MostSteps = 5000;

    /// <returns>Steps taken, how many walks ended by themselves, and what failed if anything did.</returns>
    public static (long Steps, long Ends, string? Failure) Run(int seed, int count, Scenario? scenario = null)
    {
        var (total, ends) = (0L, 0L);
        for (var walk = 0; walk < count; walk++)
        {
            var random = new Random(unchecked(seed * 1_000_003 + walk));
            var world = new World(scenario ?? Swarm(random));
            try
            {
                total += Walk(world, random);
                ends += world.IsOver ? 1 : 0;
                total += Homeward.Drive(world, random);
            }
            catch (Exception failed)
            {
                return (total, ends, $"seed {seed}, walk {walk}: {(failed is PropertyViolated ? failed.Message : failed.ToString())}{Environment.NewLine}{Trail.Describe(world.Trail)}");
            }
        }

        return (total, ends, null);
    }

    /// <summary>Both sessions after every step of some walks.</summary>
    public static IEnumerable<(Session Session, TimeSpan Now)> Sessions(int seed, int count)
    {
        for (var walk = 0; walk < count; walk++)
        {
            var random = new Random(unchecked(seed * 1_000_003 + walk));
            var world = new World(Swarm(random));
            var steps = new List<Step>();
            world.AddSteps(steps);
            for (var left = MostSteps; left > 0 && steps.Count > 0; left--)
            {
                world.Do(Split(world, steps[random.Next(steps.Count)], random));
                yield return (world.Stayer.Session, world.Now);
                yield return (world.Leaver.Session, world.Now);
                steps.Clear();
                world.AddSteps(steps);
            }
        }
    }

    /// <summary>The bytes that each side writes in a walk.</summary>
    public static byte[][] Record(int seed, int walk)
    {
        var random = new Random(unchecked(seed * 1_000_003 + walk));
        var world = new World(Swarm(random) with { Records = true });
        Walk(world, random);
        Homeward.Drive(world, random);
        return [world.Written(0), world.Written(1)];
    }

    private static long Walk(World world, Random random)
    {
        var steps = new List<Step>();
        var length = random.Next(FreeSteps);
        for (var taken = 0; taken < length; taken++)
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

            world.Do(Split(world, step, random));
        }

        return length;
    }

    /// <summary>Sometimes delivers only a piece of what is under way.</summary>
    internal static Step Split(World world, Step step, Random random) =>
        step.Kind == StepKind.Deliver && random.Next(3) == 0 && world.SplitAt(step.Side, random) is { } at ? new Step(StepKind.DeliverHalf, step.Side, at) : step;

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
            Slow = random.Next(2) == 0,
            Partials = random.Next(40),
            Eager = random.Next(2) == 0,
            Reuses = true,
            Payload = payload,
            Room = random.Next(3) switch { 0 => Session.LeastRoom, 1 => random.Next(Session.LeastRoom, 1100), _ => 4096 },
            Limits = limits,
        };
    }
}
