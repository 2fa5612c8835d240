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
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Create(new AnsiConsoleSettings());
        }

        var plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(new TrimmingWriter(Console.Out)),
        });
        plain.Profile.Width = PipedWidth;
        return plain;
    }
}
