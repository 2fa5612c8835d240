using System.Diagnostics;
using System.Globalization;
using Farewell.Protocol;
using Farewell.Protocol.Exploration;
using Farewell.Protocol.Exploration.Weakenings;
using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var clock = Stopwatch.StartNew();
if (args is ["weaken", var only])
{
    return Weaken(only) ? 1 : 0;
}

var verbs = args.Length == 0 ? ["fields", "meetings", "hostile", "search", "walks", "mutations"] : args;
foreach (var verb in verbs)
{
    var failed = verb switch
    {
        "hostile" => Hostile(),
        "search" => Search(250_000),
        "exhaust" => Search(3_000_000),
        "mutations" => Mutate(),
        "weaken" => Weaken(""),
        "walks" => Walk(args.Length == 0 ? 20_000 : 1_000_000),
        "fields" => Fields(),
        "meetings" => Meet(args.Length == 0 ? 4_000 : 50_000),
        "smoke" => Fuzz(200_000, recorded: false) || Fuzz(50_000, recorded: true),
        "fuzz" => Fuzz(8_000_000, recorded: false) || Fuzz(2_000_000, recorded: true),
        _ => throw new ArgumentException($"{verb}: not one of hostile, search, exhaust, walks, mutations, weaken, fields, meetings, fuzz"),
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
        foreach (var (speaksFirst, limits) in (ReadOnlySpan<(bool, SessionLimits)>)[.. HostileSearch.Settings, (true, HostileSearch.Silent)])
        {
            var (states, failure, took) = new HostileSearch(role, speaksFirst, limits, RuleBook.Of(role)).Run(7, 25_000);
            var (steps, lost) = new HostileSearch(role, speaksFirst, limits, RuleBook.Of(role)).Walk(Environment.TickCount, 5_000);
            failure ??= lost ?? Unread.Check();
            Console.WriteLine($"{states,10:N0} states {took.TotalSeconds,6:F1} s  {steps:N0} steps of walks  a {role.ToString().ToLowerInvariant()} and a hostile peer{(speaksFirst ? "" : ", the peer dials")}");
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
    var failed = false;
    foreach (var scenario in Scenario.All)
    {
        var found = new Explorer(scenario, maxStates).Run();
        total += found.States;
        Console.WriteLine($"{found.States,10:N0} states {found.Steps,11:N0} steps {found.Ends,7:N0} ends {found.Took.TotalSeconds,6:F1} s {(found.Complete ? "all" : "cut")}  {scenario.Name}");
        if (found.Failure is { } failure)
        {
            Console.WriteLine(failure);
            failed = true;
        }
    }

    Console.WriteLine($"{total,10:N0} distinct states in {clock.Elapsed.TotalSeconds:F1} s");
    return failed;
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

static bool Fuzz(int count, bool recorded)
{
    var seed = Environment.TickCount;
    var clock = Stopwatch.StartNew();
    Console.WriteLine($"           seed {seed}");
    var results = new Fuzzing.Result[Environment.ProcessorCount];
    Parallel.For(0, results.Length, part => results[part] = Fuzzing.Run(seed + part, count / results.Length, recorded));
    var failure = results.FirstOrDefault(result => result.Failure is not null).Failure;
    Console.WriteLine($"{results.Sum(result => result.Inputs),10:N0} {(recorded ? "real sessions broken" : "inputs")}, {results.Sum(result => result.Violations):N0} violations, "
        + $"{results.Sum(result => result.Frames):N0} frames said, at most {results.Max(result => result.MostAllocated):N0} bytes allocated for one, {clock.Elapsed.TotalSeconds:F1} s");
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

static bool Weaken(string only)
{
    var clock = Stopwatch.StartNew();
    if (Weakened.Unweakened() is { } failure)
    {
        Console.WriteLine($"the core itself fails: {failure}");
        return true;
    }

    var outcomes = Weakened.Check([.. Catalogue.All.Where(weakening => weakening.Name.Contains(only, StringComparison.Ordinal))], outcome =>
        Console.WriteLine($"{(outcome.Caught is null ? "NOT CAUGHT" : "caught"),10}  {outcome.Weakening.Name}: {outcome.Stale ?? Property(outcome.Caught)}"));
    var missed = outcomes.Count(outcome => outcome.Caught is null);
    Console.WriteLine($"{outcomes.Count,10} weakenings, {missed} not caught, {clock.Elapsed.TotalSeconds:F1} s");
    return missed > 0;
}

static string? Property(string? failure) => failure?.Split(": ") switch
{
    [var first, var second, ..] when first.StartsWith("seed", StringComparison.Ordinal) => second,
    [var first, ..] => first.Split(Environment.NewLine)[0],
    _ => null,
};

static bool Fields()
{
    var unhashed = StateFields.Unhashed(Walks.Sessions(1, 200).Append((Unread.Pinged(), Scenario.Beginning)));
    Console.WriteLine($"{unhashed.Count,10} fields of the machines that the hash leaves out without a reason: {string.Join(", ", unhashed)}");
    return unhashed.Count > 0;
}

static bool Meet(int mostStates)
{
    var clock = Stopwatch.StartNew();
    var results = Scenario.All.AsParallel().Select(scenario => Meetings.Check(scenario, mostStates)).ToList();
    Console.WriteLine($"{results.Sum(result => result.Meetings),10:N0} states met again by another way, {clock.Elapsed.TotalSeconds:F1} s");
    results.ForEach(result => Console.Write(result.Failure));
    return results.Exists(result => result.Failure is not null);
}
