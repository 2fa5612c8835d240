using System.Globalization;

namespace Farewell.Observation.Owners;

/// <summary>
/// What a process runs and in which session: two processes that share neither are no workers of one server, though <c>comm</c> calls both
/// <c>dotnet</c> or <c>python3</c>.
/// </summary>
/// <param name="Program">The executable, with the script or assembly where it is an interpreter.</param>
/// <param name="Session">The session (<c>setsid</c>): a server's workers are in its own, a second start from elsewhere is not.</param>
internal sealed record RunningProgram(string Program, int Session)
{
    private static readonly string[] Interpreters = ["dotnet", "python", "node", "java", "ruby", "perl", "php", "bash", "sh"];
    private static readonly string[] Verbs = ["exec", "run"];

    /// <summary>Reads it; null when the process is gone or may not be looked at.</summary>
    public static RunningProgram? Of(int processId, string root = "/proc")
    {
        try
        {
            var folder = $"{root}/{processId}";
            var stat = File.ReadAllText(folder + "/stat");
            return stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var session, ..]
                && int.TryParse(session, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
                ? new(ProgramIn(File.ReadAllText(folder + "/cmdline").Split('\0')), id)
                : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static string ProgramIn(string[] command)
    {
        var name = Path.GetFileName(command[0]);
        return Interpreters.Any(name.StartsWith)
            ? name + " " + command.Skip(1).FirstOrDefault(part => part.Length > 0 && part[0] != '-' && !Verbs.Contains(part))
            : name;
    }
}
