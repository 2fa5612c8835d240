using Farewell.Lab.Networks;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies;
using Farewell.Lab.Witnesses;
using Spectre.Console;

namespace Farewell.Tool.Lab;

/// <summary>The lab's table for people.</summary>
internal static class LabTable
{
    private const int TableFrom = 150;

    public static void Print(IAnsiConsole console, ILabNetwork network, IReadOnlyList<StrategyResult> results)
    {
        foreach (var group in results.GroupBy(r => r.Strategy.Group))
        {
            if (console.Profile.Width >= TableFrom)
            {
                console.Write(Table(group));
            }
            else
            {
                PrintNarrow(console, group);
            }
        }

        PrintFindings(console, results);
        PrintSummary(console, network, results);
    }

    private static Table Table(IGrouping<StrategyGroup, StrategyResult> group)
    {
        var table = new Table().Border(Console.IsOutputRedirected ? TableBorder.None : TableBorder.Simple).Title($"[bold]{GroupTitle.Of(group.Key)}[/]", new Style(decoration: Decoration.Bold));
        table.AddColumn(new TableColumn("strategy").NoWrap());
        table.AddColumn("closed first");
        table.AddColumn("how");
        table.AddColumn("TIME_WAIT");
        table.AddColumn("peer saw");
        table.AddColumn("lost");
        table.AddColumn("lesson");

        foreach (var result in group)
        {
            string[] cells = result.Skipped is { } reason
                ? [result.Strategy.Name, $"skipped: {reason}", "", "", "", ""]
                : [(result.IsFinding ? "! " : "") + result.Strategy.Name, .. LabRow.Cells(result)];
            table.AddRow([.. cells.Append(result.Strategy.About.Lesson).Select(c => new Text(c, result.IsFinding ? new Style(Color.Red) : Style.Plain))]);
        }

        return table;
    }

    /// <summary>On a narrow terminal each strategy takes three lines instead of one row.</summary>
    private static void PrintNarrow(IAnsiConsole console, IGrouping<StrategyGroup, StrategyResult> group)
    {
        console.MarkupLineInterpolated($"[bold]{GroupTitle.Of(group.Key)}[/]");
        foreach (var result in group)
        {
            console.Write(new Text($"{(result.IsFinding ? "! " : "")}{result.Strategy.Name}\n", result.IsFinding ? new Style(Color.Red) : Style.Plain));
            var line = result.Skipped is { } reason ? $"skipped: {reason}" : LabRow.Sentence(result);
            console.Write(new Padder(new Text(line), new Padding(4, 0, 0, 0)));
            console.Write(new Padder(new Text(result.Strategy.About.Lesson, new Style(decoration: Decoration.Dim)), new Padding(4, 0, 0, 0)));
        }

        console.WriteLine();
    }

    private static void PrintFindings(IAnsiConsole console, IReadOnlyList<StrategyResult> results)
    {
        foreach (var result in results.Where(r => r.IsFinding))
        {
            foreach (var unexpected in result.Unexpected)
            {
                console.WriteLine($"! {result.Strategy.Name}: not as expected: {unexpected}");
            }

            foreach (var (difference, connections) in result.Differences.Where(d => d.Difference.Explanation is null))
            {
                console.WriteLine($"! {result.Strategy.Name}: witnesses disagree on {connections} connections: {Sentence(difference)}");
            }
        }
    }

    private static void PrintSummary(IAnsiConsole console, ILabNetwork network, IReadOnlyList<StrategyResult> results)
    {
        var ran = results.Where(r => r.Skipped is null).ToList();
        var heard = WitnessName.All.Where(name => ran.Any(r => r.Witnesses.Contains(name))).ToList();
        var refusal = network.Refusal is { } reason ? $" (no private network: {reason})" : "";
        console.WriteLine($"{ran.Count} strategies, {ran.Sum(r => r.Outcomes.Count)} connections, on {network.Description}{refusal}.");
        var missing = WitnessName.All.Except(heard).ToList();
        var without = missing.Count > 0 ? $"; missing: {string.Join(", ", missing)}" : "";
        console.WriteLine($"witnesses: {heard.Count} of {WitnessName.All.Count}{without}.");
        var explained = ran.Sum(r => r.Differences.Count(d => d.Difference.Explanation is not null));
        var findings = ran.Count(r => r.IsFinding);
        console.WriteLine(findings == 0
            ? $"Every witness agrees in every row ({explained} differences explained by a segment that only one of them saw)."
            : $"{findings} rows are not as they should be.");
    }

    private static string Sentence(Disagreement d) => $"{d.Field}: {d.Witness} says {d.Says}, {d.Other} says {d.OtherSays}";
}
