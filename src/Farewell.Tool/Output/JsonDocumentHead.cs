using System.Reflection;
using System.Runtime.InteropServices;

namespace Farewell.Tool.Output;

/// <summary>What every <c>--json</c> document begins with.</summary>
/// <param name="Schema">farewell/VERB/1.</param>
/// <param name="At">When it was written, in UTC.</param>
/// <param name="Tool">The command's version.</param>
/// <param name="Machine">Where it ran.</param>
internal sealed record JsonDocumentHead(string Schema, DateTimeOffset At, string Tool, JsonMachine Machine)
{
    public static JsonDocumentHead Of(string verb) => new(
        $"farewell/{verb}/1",
        DateTimeOffset.UtcNow,
        typeof(JsonDocumentHead).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        new JsonMachine(RuntimeInformation.OSDescription, Environment.OSVersion.Version.ToString(), IsPrivileged()));

    /// <summary>Root inside a user namespace of one's own is not root.</summary>
    private static bool IsPrivileged()
    {
        const string IdentityMap = "/proc/self/uid_map";
        return Environment.IsPrivilegedProcess
            && (!File.Exists(IdentityMap) || File.ReadAllText(IdentityMap).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["0", "0", _]);
    }
}

/// <summary>The machine a document comes from.</summary>
internal sealed record JsonMachine(string Os, string Kernel, bool Privileged);
