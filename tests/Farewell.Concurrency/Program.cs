using System.Globalization;

namespace Farewell.Concurrency;

/// <summary>The tests, or an exploration by command.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        return arguments switch
        {
            ["explore", .. var rest] => Commands.Explore(rest),
            ["exhaust", _, _, ..] => Commands.Exhaust(arguments[1..]),
            ["plant", .. var rest] => Commands.Plant(rest),
            ["again", var scenario, var how, .. var rest] => Commands.Again(scenario, how, isWhole: rest is ["whole"]),
            _ when arguments.Any(argument => argument is "--server" or "--internal-msbuild-node") =>
                Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult(),
            _ => Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments).GetAwaiter().GetResult(),
        };
    }
}
