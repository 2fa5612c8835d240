namespace Farewell.Protocol.Exploration;

/// <summary>
/// The end of every walk: the applications start nothing more and want to close, the network delivers, time passes. Whatever state the walk has reached, the world must be over within
/// a bounded number of steps and within the sum of the deadlines.
/// </summary>
internal static class Homeward
{
    private const int MostSteps = 5000;

    /// <returns>Steps taken.</returns>
    public static long Drive(World world, Random random)
    {
        var pays = random.Next(2) == 0;
        var drips = random.Next(3) == 0;
        var until = world.Now + world.SumOfDeadlines;
        var steps = new List<Step>();
        for (var taken = 0; taken < MostSteps; taken++)
        {
            steps.Clear();
            world.AddSteps(steps);
            if (steps.Count == 0)
            {
                PropertyViolated.Unless(world.IsOver, "no deadlock", "nothing can happen any more, and it is not over");
                return taken;
            }

            PropertyViolated.Unless(world.Now <= until, "every walk ends within the sum of the deadlines", $"{world.Now} is after {until}");
            world.Do(Walks.Split(world, Choose(steps, pays, drips, random), random));
        }

        throw new PropertyViolated("every walk ends", $"not within {MostSteps} steps");
    }

    /// <summary>Closing first, then any of what the application and the network owe, then time.</summary>
    private static Step Choose(List<Step> steps, bool pays, bool drips, Random random)
    {
        var closing = steps.FindIndex(step => step.Kind is StepKind.Dismiss or StepKind.Leave);
        if (closing >= 0)
        {
            return steps[closing];
        }

        var last = steps[^1];
        steps.RemoveAll(step => !IsOwed(step, pays, drips));
        PropertyViolated.Unless(steps.Count > 0 || last.Kind == StepKind.Advance, "no state lasts for ever", "only the application could go on, and no deadline runs");
        return steps.Count > 0 ? steps[random.Next(steps.Count)] : last;
    }

    private static bool IsOwed(Step step, bool pays, bool drips) => step.Kind switch
    {
        StepKind.Deliver or StepKind.Tick => true,
        StepKind.Accept => step.Index == 0 && !drips,
        StepKind.Drip => drips,
        StepKind.Handle or StepKind.Begin or StepKind.Answer => pays,
        _ => false,
    };
}
