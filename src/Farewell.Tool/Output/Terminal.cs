using Spectre.Console;

namespace Farewell.Tool.Output;

/// <summary>Standard output: colours and tables on a terminal, the same tables plain and wide when piped.</summary>
internal static class Terminal
{
    private const int PipedWidth = 200;

    /// <summary>Standard output.</summary>
    public static IAnsiConsole Out { get; } = Create();

    private static IAnsiConsole Create()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = PipedWidth;
        }

        return console;
    }
}
