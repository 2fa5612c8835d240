using System.Diagnostics;
using Farewell.Testing;

namespace Farewell.Tool.Tests.Doctor;

/// <summary>Record, watch and the doctor's look back, as a user runs them.</summary>
public sealed class RecordAndWatchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("farewell-record-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task WhatRecordWrote_IsReadByDoctorAndWatch()
    {
        Require.Linux();
        var recorded = await ToolProcess.RunAsync("record", _folder.FullName, "--samples", "2");
        recorded.ExitCode.ShouldBe(0, recorded.Errors);

        var doctor = await ToolProcess.RunAsync("doctor", "--from", _folder.FullName, "--json");
        doctor.ExitCode.ShouldBeInRange(0, 1, doctor.Errors);
        var document = await doctor.DocumentAsync("doctor.schema.json");
        document.GetProperty("intervalSeconds").GetDouble().ShouldBeGreaterThan(0);
        document.GetProperty("settings").TryGetProperty("net.ipv4.tcp_tw_reuse", out _).ShouldBeTrue();

        var watch = await ToolProcess.RunAsync("watch", "--replay", _folder.FullName, "--once");
        watch.ExitCode.ShouldBe(0, watch.Errors);
        watch.Output.ShouldContain("closed first");
        watch.Output.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task Record_WhenKilled_KeepsEverySampleButTheOneInHand()
    {
        Require.Linux();
        using var recorder = ToolProcess.Start([], ["record", _folder.FullName]);
        await Until(() => _folder.GetFiles("*.farewell") is [{ Length: > 500 }], "a sample is on its way to the disk");
        recorder.Kill();
        await recorder.WaitForExitAsync();
        Farewell.Observation.Recording.RecordingReader.Read(_folder.FullName).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Watch_WhenPiped_PrintsALineASecond_UntilInterrupted()
    {
        Require.Linux();
        using var watch = ToolProcess.Start([], ["watch"]);
        (await watch.StandardOutput.ReadLineAsync()).ShouldNotBeNull().ShouldContain("TIME_WAIT");
        (await watch.StandardOutput.ReadLineAsync()).ShouldNotBeNull().ShouldContain("closed first");
        using var kill = Process.Start("kill", ["-INT", $"{watch.Id}"]);
        await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await watch.WaitForExitAsync(limit.Token);
        watch.ExitCode.ShouldBe(130);
    }

    [Theory]
    [InlineData("watch")]
    [InlineData("events", "--source", "destroyed")]
    public async Task WhatGoesOn_EndsWhenItsReaderHasGone(params string[] verb)
    {
        Require.Linux();
        const string churn = "import socket,sys,subprocess,time\np=subprocess.Popen(sys.argv[1:],stdout=subprocess.PIPE)\ns=socket.create_server(('127.0.0.1',0))\nfor i in range(6000):\n"
            + "  c=socket.create_connection(s.getsockname()); a,_=s.accept(); c.close(); a.close()\n  if i==50: p.stdout.close()\n  if p.poll() is not None: break\n  time.sleep(0.02)\nprint(p.poll()); p.kill()";
        var run = await ToolProcess.RunAsync([Require.Tool("python3", "python3"), "-c", churn], verb);
        run.Output.Trim().ShouldBe("0", run.Errors);
    }

    [Theory]
    [InlineData("is no time", "doctor", "--from", "/tmp", "--at", "yesterday-ish")]
    [InlineData("--at goes with --from", "doctor", "--at", "03:12")]
    [InlineData("--pid goes without --from", "doctor", "--from", "/tmp", "--pid", "1")]
    [InlineData("is no time", "doctor", "--from", "/tmp", "--at", "12/11")]
    [InlineData("there is no folder", "watch", "--replay", "/nowhere/at/all")]
    [InlineData("go with --replay", "watch", "--speed", "3")]
    [InlineData("cannot write to", "record", "/proc/nowhere")]
    public async Task BadUsage_IsSaidInALine(string said, params string[] arguments)
    {
        Require.Linux();
        var run = await ToolProcess.RunAsync(arguments);
        run.ExitCode.ShouldBe(2, run.Output + run.Errors);
        run.Errors.ShouldContain(said);
    }

    private static async Task Until(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30), what);
            await Task.Delay(20);
        }
    }
}
