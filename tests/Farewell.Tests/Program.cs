
namespace Farewell.Tests;

/// <summary>The tests, or one of the child processes that they start.</summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments switch
    {
        [Child.Verb, .. var rest] => Child.Run(rest),
        [Child.Soak, ..] => Child.Run(arguments),
        _ when arguments.Any(argument => argument is "--server" or "--internal-msbuild-node") =>
            Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult(),
        _ => Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments).GetAwaiter().GetResult(),
    };
}
