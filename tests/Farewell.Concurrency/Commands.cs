using System.Globalization;
using Farewell.Concurrency.Planting;
using Farewell.Concurrency.Rewriting;

namespace Farewell.Concurrency;

/// <summary>What is explored by command, at length.</summary>
internal static class Commands
{
    public static int Explore(string[] arguments)
    {
        var (runs, only) = (arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 2_000, arguments.Length > 1 ? arguments[1] : "");
        var seed = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : Environment.TickCount & 0xFFFFFF;
        Console.WriteLine($"seed {seed}");
        return Each(only, scenario => Exploration.Run(scenario, seed, runs));
    }

    public static int Exhaust(string[] arguments)
    {
        var (delays, seconds, only) = (int.Parse(arguments[0], CultureInfo.InvariantCulture), double.Parse(arguments[1], CultureInfo.InvariantCulture), arguments.Length > 2 ? arguments[2] : "");
        return Each(only, scenario => Exploration.Exhaust(scenario, 1, delays, TimeSpan.FromSeconds(seconds)));
    }

    public static int Plant(string[] arguments)
    {
        var (only, runs) = (arguments.Length > 0 ? arguments[0] : "", arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 2_000);
        var source = new LibrarySource();
        var missed = 0;
        foreach (var planted in Races.All.Where(planted => planted.Name.Contains(only, StringComparison.Ordinal)))
        {
            var found = planted.Try(source, 1, runs);
            missed += found.Property is null ? 1 : 0;
            Console.WriteLine($"{(found.Property is null ? "NOT CAUGHT" : "caught"),10}  {found.Runs,5} runs {found.Took.TotalSeconds,5:F1} s  {planted.Name}: {found.Property?.Split('\n')[0]}");
            if (only.Length > 0)
            {
                Console.WriteLine(found.Failure);
            }
        }

        return missed > 0 ? 1 : 0;
    }

    public static int Again(string name, string how, bool isWhole)
    {
        var run = Exploration.Again(Load().Single(scenario => scenario.Name == name), how);
        Console.WriteLine(run.Schedule(int.MaxValue, isWhole));
        Console.WriteLine(run.Failure ?? "every property holds");
        return run.Failure is null ? 0 : 1;
    }

    private static int Each(string only, Func<Scenario, Explored> explore)
    {
        var (scenarios, runs, schedules, points, failed) = (0, 0L, 0L, 0L, 0);
        foreach (var scenario in Load().Where(scenario => scenario.Name.Contains(only, StringComparison.Ordinal)))
        {
            var found = explore(scenario);
            (scenarios, runs, schedules, points) = (scenarios + 1, runs + found.Runs, schedules + found.Schedules, points + found.Steps);
            failed += found.Failure is null ? 0 : 1;
            Console.WriteLine($"{found.Runs,8:N0} runs {found.Schedules,8:N0} schedules {found.Steps,12:N0} points {found.Took.TotalSeconds,6:F1} s  {scenario.Name}");
            Console.Write(found.Failure);
        }

        Console.WriteLine($"{runs,8:N0} runs {schedules,8:N0} schedules {points,12:N0} points in all, of {scenarios} scenarios; {failed} {(failed == 1 ? "finding" : "findings")}");

        return failed > 0 ? 1 : 0;
    }

    private static IReadOnlyList<Scenario> Load() => new Trial(new LibrarySource().Compile()).Load();
}
