using Farewell.Lab.Strategies;
using Spectre.Console;

namespace Farewell.Tool.Lab;

/// <summary><c>farewell lab --list</c>.</summary>
internal static class LabList
{
    public static void Print(IAnsiConsole console, IReadOnlyList<Strategy> strategies)
    {
        foreach (var group in strategies.GroupBy(s => s.Group))
        {
            console.MarkupLineInterpolated($"[bold]{GroupTitle.Of(group.Key)}[/]");
            var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn();
            foreach (var strategy in group)
            {
                grid.AddRow(new Text("  " + strategy.Name), new Text(strategy.About.Does));
            }

            console.Write(grid);
        }
    }
}
