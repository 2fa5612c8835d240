using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Farewell.Captures;
using Farewell.Captures.Tracking;
using Farewell.Lab.Networks;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies;

namespace Farewell.Tool.Lab;

/// <summary>Writes docs/endings.md: every strategy with its measured row and the ladder of its first connection.</summary>
internal static class LabMarkdown
{
    private const int LadderLines = 24;

    public static string Write(ILabNetwork network, IReadOnlyList<StrategyResult> results)
    {
        var text = new StringBuilder();
        text.Append("# How TCP connections end\n\n");
        text.Append("Every row below was measured, not derived: `./farewell lab --markdown docs/endings.md` wrote this page on ");
        text.Append(CultureInfo.InvariantCulture, $"{RuntimeInformation.OSDescription.Split(' ')[0]} with kernel {Kernel()}, .NET {Environment.Version}, {network.Description}.\n");
        text.Append("TIME_WAITs are those in the kernels' tables when all connections had settled; `lost` is what the ending side's application had\n");
        text.Append("written and the peer's never read. A ladder shows the first connection as the client's interface saw it, numbers counted from\n");
        text.Append("each side's SYN; `~` marks a retransmission.\n\n");
        foreach (var group in results.GroupBy(r => r.Strategy.Group))
        {
            text.Append(CultureInfo.InvariantCulture, $"- [{GroupTitle.Of(group.Key)}](#{Anchor(GroupTitle.Of(group.Key))})\n");
        }

        foreach (var group in results.GroupBy(r => r.Strategy.Group))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {GroupTitle.Of(group.Key)}\n\n");
            text.Append("| strategy | closed first | how | TIME_WAIT | peer saw | lost |\n|---|---|---|---|---|---|\n");
            foreach (var result in group)
            {
                text.Append(CultureInfo.InvariantCulture, $"| [{result.Strategy.Name}](#{result.Strategy.Name}) | {string.Join(" | ", LabRow.Cells(result))} |\n");
            }

            foreach (var result in group)
            {
                Section(text, result);
            }
        }

        return text.ToString();
    }

    private static void Section(StringBuilder text, StrategyResult result)
    {
        var strategy = result.Strategy;
        var about = strategy.About;
        text.Append(CultureInfo.InvariantCulture, $"\n### {about.Name}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(about.Does[0])}{about.Does[1..]}. **{about.Lesson}**\n");
        if (about.Why is { } why)
        {
            text.Append(CultureInfo.InvariantCulture, $"{why}\n");
        }

        var sample = about.Sample is { } file ? $"Copy [{file}](../samples/Endings/{file}); measured by " : "";
        text.Append(CultureInfo.InvariantCulture, $"\n{sample}[{strategy.GetType().Name}.cs](../{SourceOf(strategy)})\n");
        if (result.Skipped is { } reason)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nNot run: {reason}.\n");
            return;
        }

        text.Append("\n```\n").Append(LadderOf(result.Segments)).Append("```\n");
    }

    private static string LadderOf(IReadOnlyList<TimedSegment> segments)
    {
        if (segments.Count <= LadderLines)
        {
            return Ladder.Draw(segments);
        }

        // The end is what matters here; the middle of a long transfer is left out.
        var lines = Ladder.Draw(segments).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        const int Head = 6;
        return string.Join('\n', [.. lines[..Head], $"  ... {lines.Length - LadderLines} more", .. lines[^(LadderLines - Head)..]]) + "\n";
    }

    /// <summary>A strategy's file stands where its namespace says.</summary>
    private static string SourceOf(Strategy strategy)
    {
        const string Root = "Farewell.Lab";
        return $"src/{Root}{strategy.GetType().FullName![Root.Length..].Replace('.', '/')}.cs";
    }

    private static string Kernel() => OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim().Split('-')[0] : Environment.OSVersion.Version.ToString();

    private static string Anchor(string title) =>
        new([.. title.ToLowerInvariant().Replace(' ', '-').Where(c => char.IsLetterOrDigit(c) || c == '-')]);
}
