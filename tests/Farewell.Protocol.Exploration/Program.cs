using System.Diagnostics;
using System.Globalization;
using Farewell.Protocol;
using Farewell.Protocol.Exploration;
using Farewell.Protocol.Rules;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var clock = Stopwatch.StartNew();
var verbs = args.Length == 0 ? ["hostile", "search", "walks", "mutations"] : args;
foreach (var verb in verbs)
{
    var failed = verb switch
    {
        "hostile" => Hostile(),
        "search" => Search(250_000),
        "exhaust" => Search(50_000_000),
        "mutations" => Mutate(),
        "walks" => Walk(args.Length == 0 ? 20_000 : 1_000_000),
        "fuzz" => Fuzz(10_000_000),
        _ => throw new ArgumentException($"{verb}: not one of hostile, search, exhaust, walks, mutations, fuzz"),
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
            var (states, failure, took) = new HostileSearch(role, speaksFirst, limits, RuleBook.Of(role)).Run(7, 25_000);
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

static bool Search(long maxStates)
{
    var clock = Stopwatch.StartNew();
    var total = 0L;
    foreach (var scenario in Scenario.All)
    {
        var found = new Explorer(scenario, maxStates).Run();
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

static bool Walk(int count)
{
    var seed = Environment.TickCount;
    var clock = Stopwatch.StartNew();
    Console.WriteLine($"           seed {seed}");
    var (steps, ends, failure) = Walks.Run(seed, count);
    Console.WriteLine($"{count,10:N0} walks {steps,11:N0} steps {ends,7:N0} ends {clock.Elapsed.TotalSeconds,6:F1} s");
    Console.Write(failure);
    return failure is not null;
}

static bool Fuzz(int count)
{
    var seed = Environment.TickCount;
    var clock = Stopwatch.StartNew();
    Console.WriteLine($"           seed {seed}");
    var results = new Fuzzing.Result[Environment.ProcessorCount];
    Parallel.For(0, results.Length, part => results[part] = Fuzzing.Run(seed + part, count / results.Length));
    var failure = results.FirstOrDefault(result => result.Failure is not null).Failure;
    Console.WriteLine($"{results.Sum(result => result.Inputs),10:N0} inputs, {results.Sum(result => result.Violations):N0} violations, {results.Sum(result => result.Frames):N0} frames said, "
        + $"at most {results.Max(result => result.MostAllocated):N0} bytes allocated for one, {clock.Elapsed.TotalSeconds:F1} s");
    Console.Write(failure);
    return failure is not null;
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
