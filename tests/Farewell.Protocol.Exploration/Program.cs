using Farewell.Protocol.Exploration;

var total = 0L;
var clock = System.Diagnostics.Stopwatch.StartNew();
foreach (var scenario in Scenario.All.Skip(args.Length == 0 ? 0 : int.Parse(args[0])))
{
    var found = new Explorer(scenario, 1_500_000).Run();
    total += found.States;
    Console.WriteLine($"{found.States,10:N0} states {found.Steps,11:N0} steps {found.Ends,7:N0} ends {found.Took.TotalSeconds,6:F1} s {(found.Complete ? "all" : "cut")}  {scenario.Name}");
    if (found.Failure is { } failure)
    {
        Console.WriteLine(failure);
        return 1;
    }
}

Console.WriteLine($"{total,10:N0} states in {clock.Elapsed.TotalSeconds:F1} s");
return 0;
