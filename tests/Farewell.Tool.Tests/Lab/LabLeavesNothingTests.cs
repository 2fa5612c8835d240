using System.Diagnostics;
using Farewell.Testing;

namespace Farewell.Tool.Tests.Lab;

/// <summary>However the lab ends, no process and no network namespace of it stays behind.</summary>
public sealed class LabLeavesNothingTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 130)]
    [InlineData("KILL", 137)]
    public async Task Lab_EndedInTheMiddle_LeavesNothing(string signal, int exitCode)
    {
        Require.Linux();
        Require.Tool("unshare", "util-linux");
        var mark = Guid.NewGuid().ToString();
        var temporary = Directory.CreateTempSubdirectory("farewell-leaves-nothing-");
        using var lab = ToolProcess.Start([], ["lab", "--connections", "20"], mark, temporary.FullName);

        // Into the middle: it stands in its own namespace and has children, which strategies with killed servers start.
        var outside = NamespaceOf(Environment.ProcessId);
        await Until(() => NamespaceOf(lab.Id) != outside && Marked(mark).Any(p => p != lab.Id), "the lab is inside and has a child process");
        var inside = NamespaceOf(lab.Id);
        using (var kill = Process.Start("kill", ["-" + signal, $"{lab.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(Limit);
        await lab.WaitForExitAsync(limit.Token);
        lab.ExitCode.ShouldBe(exitCode);
        await Until(() => !Marked(mark).Any(), "no process of the lab is left");
        ProcessesIn(inside).ShouldBeEmpty();
        temporary.GetFileSystemInfos().Select(f => f.Name).ShouldBeEmpty();
        temporary.Delete();
    }

    private static IEnumerable<int> Marked(string mark) => Processes().Where(id => ReadOrEmpty($"/proc/{id}/environ").Contains(mark, StringComparison.Ordinal));

    private static IEnumerable<int> ProcessesIn(string networkNamespace) => Processes().Where(id => NamespaceOf(id) == networkNamespace);

    private static IEnumerable<int> Processes() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!));

    private static string NamespaceOf(int process)
    {
        try
        {
            return new FileInfo($"/proc/{process}/ns/net").LinkTarget ?? "";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static async Task Until(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Limit, what);
            await Task.Delay(20);
        }
    }
}
