using System.Text.Json;
using Farewell.Testing;

namespace Farewell.Tool.Tests.Lab;

/// <summary>The whole lab on the real kernel, as root and as somebody else.</summary>
public sealed class LabVerbTests
{
    /// <summary>Uid and gid of nobody, no groups and no capabilities.</summary>
    private static readonly string[] AsNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--"];

    [Fact]
    public async Task Lab_ShowsEveryRowAsExpected_AndEveryWitnessAgrees()
    {
        RequirePrivateNetwork();
        RequireProxies();
        await CheckAsync([], connections: 10);
    }

    [Fact]
    public async Task Lab_ShowsTheSameTable_ToAUserWhoIsNotRoot()
    {
        RequirePrivateNetwork();
        RequireProxies();
        Require.Root();
        Require.Tool("setpriv", "util-linux");
        var document = await CheckAsync(AsNobody, connections: 5);
        document.GetProperty("machine").GetProperty("privileged").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Lab_OnLoopback_SaysWhichWitnessesRemain()
    {
        Require.Linux();
        var run = await ToolProcess.RunAsync("lab", "--json", "--loopback", "--connections", "3", "--strategy", "server-closes", "client-closes", "server-linger-0");

        var document = await run.DocumentAsync("lab.schema.json");
        document.GetProperty("network").GetProperty("kind").GetString().ShouldBe("loopback");
        document.GetProperty("missing").GetProperty("packets-server").GetString().ShouldNotBeNullOrEmpty();
        document.GetProperty("witnessesHeard").GetInt32().ShouldBeLessThan(8);
        run.ExitCode.ShouldBe(0, run.Output);
    }

    [Fact]
    public async Task Lab_WritesCaptures_OfBothInterfaces()
    {
        RequirePrivateNetwork();
        var folder = Directory.CreateTempSubdirectory("farewell-captures-");
        try
        {
            var run = await ToolProcess.RunAsync("lab", "--strategy", "server-closes", "--connections", "2", "--pcap", folder.FullName);

            run.ExitCode.ShouldBe(0, run.Errors);
            folder.GetFiles().Select(f => f.Name).Order().ShouldBe(["server-closes.client.pcap", "server-closes.server.pcap"]);
            folder.GetFiles().ShouldAllBe(f => f.Length > 1000);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("no strategy", "lab", "--strategy", "server-close")]
    [InlineData("--connections takes 1 to 1000", "lab", "--connections", "0")]
    [InlineData("--connections", "lab", "--connections", "many")]
    [InlineData("cannot be churned", "lab", "--churn", "fins-cross")]
    [InlineData("cannot write captures", "lab", "--pcap", "/proc/nowhere", "--strategy", "server-closes")]
    [InlineData("--seconds takes 1 to 600", "lab", "--churn", "client-closes", "--seconds", "0")]
    [InlineData("--seconds goes with --churn", "lab", "--seconds", "5")]
    [InlineData("--strategy goes without --churn", "lab", "--churn", "client-closes", "--strategy", "server-closes")]
    [InlineData("--list has no --json", "lab", "--list", "--json")]
    [InlineData("cannot write to", "lab", "--markdown", "/proc/nowhere/page.md", "--strategy", "server-closes")]
    [InlineData("Unrecognized", "lab", "--frobnicate")]
    public async Task BadUsage_IsSaidInALine_WithExitCode2(string said, params string[] arguments)
    {
        var run = await ToolProcess.RunAsync(arguments);

        run.ExitCode.ShouldBe(2, run.Output + run.Errors);
        run.Errors.ShouldContain(said);
        run.Errors.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task List_NamesEveryStrategy()
    {
        var run = await ToolProcess.RunAsync("lab", "--list");

        run.ExitCode.ShouldBe(0);
        foreach (var strategy in Farewell.Lab.Strategies.StrategyCatalog.All)
        {
            run.Output.ShouldContain(strategy.Name);
        }
    }

    [Fact]
    public async Task Help_HasAnExample() => (await ToolProcess.RunAsync("lab", "--help")).Output.ShouldContain("farewell lab --strategy");

    private static void RequirePrivateNetwork()
    {
        Require.Linux();
        Require.Tool("unshare", "util-linux");
    }

    private static void RequireProxies()
    {
        Require.Tool("nginx", "nginx and libnginx-mod-stream");
        Require.Tool("haproxy", "haproxy");
    }

    /// <summary>
    /// Every row. On a machine that stands still for seconds, with all else that is tested beside it, a row or two may meet a time-out that is none of its own: those few are run once more by themselves,
    /// and have to be as expected then.
    /// </summary>
    private static async Task<JsonElement> CheckAsync(string[] prefix, int connections)
    {
        const int Few = 3;
        string[] words = ["lab", "--json", "--connections", $"{connections}"];
        var run = await ToolProcess.RunAsync(prefix, words);
        var document = await run.DocumentAsync("lab.schema.json");
        var rows = Rows(document);
        rows.Count.ShouldBe(Farewell.Lab.Strategies.StrategyCatalog.All.Count);
        string[] again = [.. rows.Where(static row => !IsAsExpected(row)).Select(static row => row.GetProperty("name").GetString()!)];
        if (again.Length is > 0 and <= Few)
        {
            run = await ToolProcess.RunAsync(prefix, [.. words, "--strategy", .. again]);
            rows = [.. rows.Where(IsAsExpected), .. Rows(await run.DocumentAsync("lab.schema.json"))];
        }

        Check(document, rows, connections);
        run.ExitCode.ShouldBe(0, run.Errors);
        return document;
    }

    private static List<JsonElement> Rows(JsonElement document) => [.. document.GetProperty("strategies").EnumerateArray()];

    private static bool IsAsExpected(JsonElement row) => row.GetProperty("unexpected").GetArrayLength() == 0 && row.GetProperty("agree").GetBoolean();

    private static void Check(JsonElement document, List<JsonElement> rows, int connections)
    {
        document.GetProperty("network").GetProperty("refusal").GetString().ShouldBeNull();
        document.GetProperty("witnessesHeard").GetInt32().ShouldBe(8);
        rows.Count.ShouldBe(Farewell.Lab.Strategies.StrategyCatalog.All.Count);
        foreach (var row in rows)
        {
            var name = row.GetProperty("name").GetString();
            row.GetProperty("skipped").GetString().ShouldBeNull(name);
            row.GetProperty("unexpected").EnumerateArray().Select(u => u.GetString()).ShouldBeEmpty(name);
            row.GetProperty("differences").EnumerateArray().Where(d => d.GetProperty("explanation").GetString() is null)
                .Select(d => d.ToString()).ShouldBeEmpty(name);
            row.GetProperty("agree").GetBoolean().ShouldBeTrue(name);
            row.GetProperty("connections").GetInt32().ShouldBe(connections, name);
        }
    }
}
