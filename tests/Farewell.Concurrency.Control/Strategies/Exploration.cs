using System.Diagnostics;

namespace Farewell.Concurrency.Control;

/// <summary>What an exploration came to.</summary>
/// <param name="Runs">Runs made.</param>
/// <param name="Schedules">Different schedules among them.</param>
/// <param name="Steps">Points passed in all.</param>
/// <param name="Failure">What failed, with the way to run it again and its schedule; null if nothing did.</param>
/// <param name="Property">What failed, in short.</param>
/// <param name="Took">How long it took.</param>
public sealed record Explored(int Runs, int Schedules, long Steps, string? Failure, string? Property, TimeSpan Took);

/// <summary>Runs a scenario under many schedules.</summary>
public static class Exploration
{
    /// <summary>
    /// By turns: random walks and priorities, at locks and at statements; and, until they are used up, all schedules with one delay. The first run is the one without any.
    /// </summary>
    public static Explored Run(Scenario scenario, int seed, int runs)
    {
        var clock = Stopwatch.StartNew();
        var schedules = new HashSet<ulong>();
        var (steps, fineSteps, delay) = (0L, 2_000, 0);
        for (var number = 0; number < runs; number++)
        {
            var mine = seed + number;
            var (strategy, isFine) = (number % 5) switch
            {
                0 => (new Delays(seed, number == 0 ? [] : [delay++]), false),
                1 => ((Strategy)new RandomWalk(mine), false),
                2 => (new Priorities(mine, fineSteps), true),
                3 => (new RandomWalk(mine), true),
                _ => (new Priorities(mine, fineSteps / 4), false),
            };
            var run = Control.Run.Execute(scenario, strategy, isFine);
            steps += run.Steps;
            fineSteps = isFine ? run.Steps : fineSteps;
            schedules.Add(run.Fingerprint());
            if (run.Failure is not null)
            {
                return new Explored(number + 1, schedules.Count, steps, Tell(scenario, strategy, run), run.Failure, clock.Elapsed);
            }
        }

        return new Explored(runs, schedules.Count, steps, null, null, clock.Elapsed);
    }

    /// <summary>All schedules with at most so many delays, or as many of them as there is time for.</summary>
    public static Explored Exhaust(Scenario scenario, int seed, int most, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        var (runs, steps) = (0, 0L);
        var schedules = new HashSet<ulong>();
        var open = new Queue<int[]>([[]]);
        while (open.TryDequeue(out var at) && clock.Elapsed < time)
        {
            var strategy = new Delays(seed, at);
            var run = Control.Run.Execute(scenario, strategy, isFine: false);
            (runs, steps) = (runs + 1, steps + run.Steps);
            schedules.Add(run.Fingerprint());
            if (run.Failure is not null)
            {
                return new Explored(runs, schedules.Count, steps, Tell(scenario, strategy, run), run.Failure, clock.Elapsed);
            }

            for (var next = at.Length == 0 ? 0 : at[^1]; at.Length < most && next < strategy.Decisions; next++)
            {
                open.Enqueue([.. at, next]);
            }
        }

        return new Explored(runs, schedules.Count, steps, null, null, clock.Elapsed);
    }

    /// <summary>One run again.</summary>
    /// <param name="scenario">Of what.</param>
    /// <param name="how">As a failure named it: <c>random 7 fine</c>, <c>priorities 7/2000</c>, <c>delays 7:3,9</c>.</param>
    public static Run Again(Scenario scenario, string how)
    {
        ArgumentNullException.ThrowIfNull(how);
        var words = how.Split(' ');
        var numbers = words[1].Split('/', ':', ',').Where(number => number.Length > 0).Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Strategy strategy = words[0] switch
        {
            "random" => new RandomWalk(numbers[0]),
            "priorities" => new Priorities(numbers[0], numbers[1]),
            "delays" => new Delays(numbers[0], numbers[1..]),
            _ => throw new ArgumentException($"{words[0]}: not one of random, priorities, delays.", nameof(how)),
        };
        return Control.Run.Execute(scenario, strategy, words is [_, _, "fine"]);
    }

    private static string Tell(Scenario scenario, Strategy strategy, Run run) =>
        $"{scenario.Name}: {run.Failure}{Environment.NewLine}again: \"{scenario.Name}\" \"{strategy}{(run.IsFine ? " fine" : "")}\"{Environment.NewLine}{run.Schedule()}";
}
