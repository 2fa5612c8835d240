namespace Farewell.Protocol.Tests;

/// <summary>docs/protocol.md, taken apart.</summary>
internal static class Document
{
    public static string Root { get; } = FindRoot();

    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Root, "docs", "protocol.md"));

    /// <summary>The cells of the table whose header row begins with given cells, at its n-th occurrence.</summary>
    public static IReadOnlyList<string[]> Table(int occurrence, params string[] header)
    {
        var at = -1;
        for (var found = -1; found < occurrence;)
        {
            at = Array.FindIndex(Lines, at + 1, line => Cells(line).Take(header.Length).SequenceEqual(header));
            (at >= 0).ShouldBeTrue($"docs/protocol.md has no table number {occurrence} that begins with {string.Join(" | ", header)}");
            found++;
        }

        return [.. Lines.Skip(at).TakeWhile(line => line.StartsWith('|')).Where((_, row) => row != 1).Select(Cells)];
    }

    /// <summary>The lines of the fenced block under a heading.</summary>
    public static string[] Block(string heading)
    {
        var at = Array.FindIndex(Lines, line => line.StartsWith('#') && line.EndsWith(heading, StringComparison.Ordinal));
        (at >= 0).ShouldBeTrue($"docs/protocol.md has no heading {heading}");
        return [.. Lines.Skip(at).SkipWhile(line => !line.StartsWith("```", StringComparison.Ordinal)).Skip(1).TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal))];
    }

    private static string[] Cells(string line) =>
        line.StartsWith('|') ? [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())] : [];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Farewell.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("Farewell.slnx stands in no folder above the tests.");
    }
}
