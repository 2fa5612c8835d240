using System.Text.Json;
using Farewell.Testing;

namespace Farewell.Tool.Tests.Watch;

/// <summary>The live view on a terminal: it hears keys, follows the terminal's size, and leaves everything as it was.</summary>
public sealed class WatchTerminalTests
{
    private const string LastLine = "q quit";
    private const string LeaveScreen = "\e[?25h\e[?1049l";

    [Fact]
    public async Task KeysAreHeard_AndQuitLeavesTheTerminalAsItWas()
    {
        var (exitCode, asBefore, last) = await OnTerminalAsync(
            [LastLine, "p"],
            ["seen with)", "/"],
            ["filter: _", "x"],
            ["filter: x_", "\r"],
            ["/ \"x\"", "f"],
            ["FROZEN", "q"]);
        exitCode.ShouldBe(0, last);
        asBefore.ShouldBeTrue();
        last.ShouldEndWith(LeaveScreen);
    }

    [Fact]
    public async Task ControlC_LeavesTheTerminalAsItWas()
    {
        var (exitCode, asBefore, last) = await OnTerminalAsync([LastLine, "\u0003"]);
        exitCode.ShouldBe(130, last);
        asBefore.ShouldBeTrue();
        last.ShouldContain(LeaveScreen);
    }

    [Fact]
    public async Task AWiderTerminal_IsFilledAtTheNextFrame()
    {
        object[] wider = [200, 50];
        var (exitCode, _, last) = await OnTerminalAsync([LastLine, wider], ["ports in use", "q"]);
        exitCode.ShouldBe(0, last);
    }

    [Fact]
    public async Task ATerminalThatIsGone_EndsIt()
    {
        var (exitCode, _, last) = await OnTerminalAsync([LastLine, null]);
        exitCode.ShouldBe(0, last);
    }

    private static async Task<(int ExitCode, bool AsBefore, string Last)> OnTerminalAsync(params object?[][] steps)
    {
        Require.Linux();
        var python = Require.Tool("python3", "python3");
        var run = await ToolProcess.RunAsync(
            [python, Path.Combine(AppContext.BaseDirectory, "Watch", "terminal.py"), "80", "24", JsonSerializer.Serialize(steps)], ["watch"]);
        run.ExitCode.ShouldBe(0, run.Errors);
        var told = JsonDocument.Parse(run.Output).RootElement;
        return (told.GetProperty("exitCode").GetInt32(), told.GetProperty("asBefore").GetBoolean(), told.GetProperty("last").GetString()!);
    }
}
