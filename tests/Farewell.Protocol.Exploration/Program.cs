using System.Diagnostics;
using System.Globalization;
using Farewell.Protocol;
using Farewell.Protocol.Exploration;
using Farewell.Protocol.Rules;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var clock = Stopwatch.StartNew();
var verbs = args.Length == 0 ? ["hostile", "search", "mutations"] : args;
foreach (var verb in verbs)
{
    var failed = verb switch
    {
        "hostile" => Hostile(),
        "search" => Search(),
        "mutations" => Mutate(),
        _ => throw new ArgumentException($"{verb}: not one of hostile, search, mutations, walks, fuzz"),
    };
    if (failed)
    {
        return 1;
    }
}

Console.WriteLine($"all properties hold, {clock.Elapsed.TotalSeconds:F1} s");
return 0;

static bool Hostile()
{
    foreach (var role in (Role[])[Role.Stayer, Role.Leaver])
    {
        foreach (var (speaksFirst, limits) in HostileSearch.Settings)
        {
            var (states, failure, took) = new HostileSearch(role, speaksFirst, limits, RuleBook.Of(role)).Run(7, 150_000);
            Console.WriteLine($"{states,10:N0} states {took.TotalSeconds,6:F1} s  a {role.ToString().ToLowerInvariant()} and a hostile peer{(speaksFirst ? "" : ", the peer dials")}");
            if (failure is not null)
            {
                Console.WriteLine(failure);
                return true;
            }
        }
    }

    return false;
}

static bool Search()
{
    var clock = Stopwatch.StartNew();
    var total = 0L;
    foreach (var scenario in Scenario.All)
    {
        var found = new Explorer(scenario, 1_500_000).Run();
        total += found.States;
        Console.WriteLine($"{found.States,10:N0} states {found.Steps,11:N0} steps {found.Ends,7:N0} ends {found.Took.TotalSeconds,6:F1} s {(found.Complete ? "all" : "cut")}  {scenario.Name}");
        if (found.Failure is { } failure)
        {
            Console.WriteLine(failure);
            return true;
        }
    }

    Console.WriteLine($"{total,10:N0} distinct states in {clock.Elapsed.TotalSeconds:F1} s");
    return false;
}

static bool Mutate()
{
    var clock = Stopwatch.StartNew();
    var results = Mutations.Check(Mutations.All());
    foreach (var property in results.Where(result => result.Caught is not null).GroupBy(result => result.Caught!.Split(':')[0]).OrderByDescending(group => group.Count()))
    {
        Console.WriteLine($"{property.Count(),10} mutations caught by: {property.Key}");
    }

    var missed = results.Where(result => result.Caught is null).ToList();
    missed.ForEach(result => Console.WriteLine($"NOT CAUGHT: {result.Mutation.Rule}"));
    Console.WriteLine($"{results.Count,10} mutations, {missed.Count} not caught, {clock.Elapsed.TotalSeconds:F1} s");
    return missed.Count > 0;
}
