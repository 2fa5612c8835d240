using Farewell.Testing;

namespace Farewell.Tool.Tests.Doctor;

/// <summary>The doctor as a user runs it; what it finds is tested in Farewell.Observation.Tests.</summary>
public sealed class DoctorVerbTests
{
    /// <summary>An empty network namespace, with a limit of TIME-WAITs that is a finding.</summary>
    private static readonly string[] WithFinding =
        ["unshare", "-n", "sh", "-c", "echo 100 > /proc/sys/net/ipv4/tcp_max_tw_buckets; exec \"$@\"", "sh"];

    [Fact]
    public async Task Doctor_OfAHostWithNothingToSee_SaysSomethingUseful()
    {
        RequireNamespace();
        var run = await ToolProcess.RunAsync(["unshare", "-n"], ["doctor", "--seconds", "1"]);

        run.ExitCode.ShouldBe(0, run.Output + run.Errors);
        run.Output.ShouldContain("healthy");
        run.Output.ShouldContain("the connect() cliff lies at");
        run.Output.ShouldNotContain("\u001b", customMessage: "plain when piped");
    }

    [Fact]
    public async Task Doctor_WithoutTheSettings_DoesNotSayHealthy()
    {
        RequireNamespace();
        var run = await ToolProcess.RunAsync(["unshare", "-nm", "sh", "-c", "mount -t tmpfs none /proc/sys; exec \"$@\"", "sh"], ["doctor", "--seconds", "1"]);

        run.ExitCode.ShouldBe(0, run.Output + run.Errors);
        run.Output.ShouldContain("is /proc/sys mounted?");
        run.Output.ShouldContain("nothing found in what could be read");
        run.Output.ShouldNotContain("healthy:");
    }

    [Fact]
    public async Task Doctor_WithAWarning_ExitsWithOne_AndFitsItsSchema()
    {
        RequireNamespace();
        var run = await ToolProcess.RunAsync(WithFinding, ["doctor", "--seconds", "1", "--json"]);

        run.ExitCode.ShouldBe(1, run.Output + run.Errors);
        var document = await run.DocumentAsync("doctor.schema.json");
        var finding = document.GetProperty("findings").EnumerateArray().ShouldHaveSingleItem();
        finding.GetProperty("id").GetString().ShouldBe("few-time-waits");
        document.GetProperty("settings").GetProperty("net.ipv4.tcp_max_tw_buckets").GetString().ShouldBe("100");
    }

    [Fact]
    public async Task Doctor_AsNobody_ReadsEverythingButTheProcessesOfOthers()
    {
        RequireNamespace();
        Require.Tool("setpriv", "util-linux");
        var run = await ToolProcess.RunAsync(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--"], ["doctor", "--seconds", "1", "--json"]);

        run.ExitCode.ShouldBeInRange(0, 1, run.Errors);
        var document = await run.DocumentAsync("doctor.schema.json");
        document.GetProperty("missing").TryGetProperty("owners", out _).ShouldBeTrue();
        document.GetProperty("missing").TryGetProperty("connections", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task About_ShowsThePage()
    {
        var run = await ToolProcess.RunAsync("doctor", "--about", "past-the-cliff");
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("IP_LOCAL_PORT_RANGE");
    }

    [Fact]
    public async Task About_ASetting_SaysWhatItReallyDoes()
    {
        var run = await ToolProcess.RunAsync("doctor", "--about", "net.ipv4.tcp_fin_timeout");
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("NOT the length of TIME-WAIT");
    }

    [Fact]
    public async Task ASettingThatWasChanged_IsExplained()
    {
        RequireNamespace();
        var run = await ToolProcess.RunAsync(["unshare", "-n", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/tcp_rfc1337; exec \"$@\"", "sh"], ["doctor", "--seconds", "1"]);
        run.ExitCode.ShouldBe(0, run.Output + run.Errors);
        run.Output.ReplaceLineEndings(" ").ShouldContain("net.ipv4.tcp_rfc1337 is \"1\", not \"0\" as by default: 1 makes a TIME-WAIT ignore resets");
    }

    [Fact]
    public async Task Namespaces_AreListed_EachWithAProcessToEnterItBy()
    {
        RequireNamespace();
        using var other = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("unshare", ["-n", "sh", "-c", "echo up; read line"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        (await other.StandardOutput.ReadLineAsync()).ShouldBe("up");
        var run = await ToolProcess.RunAsync("doctor", "--namespaces");
        other.StandardInput.Close();
        await other.WaitForExitAsync();
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Output.ShouldContain($"--pid {other.Id}  sh");
    }

    [Fact]
    public async Task OfAProcess_ItIsThatProcesssNetwork()
    {
        RequireNamespace();
        using var other = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("unshare", ["-n", "sh", "-c", "echo 123 > /proc/sys/net/ipv4/tcp_max_tw_buckets; echo '45000 45099' > /proc/sys/net/ipv4/ip_local_port_range; echo up; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        (await other.StandardOutput.ReadLineAsync()).ShouldBe("up");
        var run = await ToolProcess.RunAsync("doctor", "--pid", $"{other.Id}", "--seconds", "1", "--json");
        other.StandardInput.Close();
        await other.WaitForExitAsync();

        run.ExitCode.ShouldBe(1, run.Output + run.Errors);
        var document = await run.DocumentAsync("doctor.schema.json");
        document.GetProperty("settings").GetProperty("net.ipv4.tcp_max_tw_buckets").GetString().ShouldBe("123");
        document.GetProperty("ports").GetProperty("usable").GetInt32().ShouldBe(100);
        document.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("id").GetString()).ShouldContain("few-time-waits");
    }

    [Fact]
    public async Task MeasuringATimeWait_TellsHowLongItLasted()
    {
        Require.Linux();
        var run = await ToolProcess.RunAsync("doctor", "--measure-time-wait");
        run.ExitCode.ShouldBe(0, run.Output + run.Errors);
        var seconds = double.Parse(System.Text.RegularExpressions.Regex.Match(run.Output, "[0-9.]+(?= s )").Value, System.Globalization.CultureInfo.InvariantCulture);
        seconds.ShouldBeInRange(59, 75);
    }

    [Theory]
    [InlineData(2, "there is no finding", "doctor", "--about", "nothing")]
    [InlineData(2, "There is no network namespace of process 2147483647", "doctor", "--pid", "2147483647")]
    [InlineData(2, "--seconds takes 1 to 60", "doctor", "--seconds", "0")]
    [InlineData(2, "--measure-time-wait goes by itself", "doctor", "--measure-time-wait", "--json")]
    public async Task BadUsage_IsSaidInALine(int exitCode, string said, params string[] arguments)
    {
        Require.Linux();
        var run = await ToolProcess.RunAsync(arguments);
        run.ExitCode.ShouldBe(exitCode, run.Output + run.Errors);
        run.Errors.ShouldContain(said);
        run.Errors.ShouldNotContain("   at ");
    }

    private static void RequireNamespace()
    {
        Require.Root();
        Require.Tool("unshare", "util-linux");
    }
}
