using System.Globalization;
using System.Runtime.Versioning;
using Farewell.Tests.Soak;

namespace Farewell.Tests;

/// <summary>The tests, or one of the child processes that they start.</summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments switch
    {
        [Child.Verb, .. var rest] => Child.Run(rest),
        ["soak", var minutes] when OperatingSystem.IsLinux() => Run(TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture))),
        _ when arguments.Any(argument => argument is "--server" or "--internal-msbuild-node") =>
            Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult(),
        _ => Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments).GetAwaiter().GetResult(),
    };

    [SupportedOSPlatform("linux")]
    private static int Run(TimeSpan time)
    {
        var result = SoakRun.RunAsync(time, Console.WriteLine).GetAwaiter().GetResult();
        Console.WriteLine(result);
        SoakTests.Check(result);
        return 0;
    }
}
