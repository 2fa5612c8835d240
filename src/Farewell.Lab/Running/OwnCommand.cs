namespace Farewell.Lab.Running;

/// <summary>The command that starts this program again, without its arguments.</summary>
internal static class OwnCommand
{
    public static string[] Words
    {
        get
        {
            var program = Environment.ProcessPath!;
            return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, "exec", Environment.GetCommandLineArgs()[0]] : [program];
        }
    }
}
