using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Farewell.Lab.Running;

namespace Farewell.Lab.Networks.Linux;

/// <summary>
/// Re-enters a program under <c>unshare</c>, so that the whole process stands in a network namespace of its own. That has to be done by
/// another program before .NET starts: a process with threads may not make a user namespace (unshare(2), EINVAL).
/// </summary>
[SupportedOSPlatform("linux")]
public static partial class PrivateNamespace
{
    private const string Marker = "FAREWELL_NAMESPACE_OUTSIDE";
    private const string OwnNamespace = "/proc/self/ns/net";

    /// <summary>Whether this process was re-entered: its network namespace is another than the one it was started from.</summary>
    public static bool IsInside =>
        Environment.GetEnvironmentVariable(Marker) is { Length: > 0 } outside && outside != new FileInfo(OwnNamespace).LinkTarget;

    /// <summary>Replaces this process by the same command in a private namespace; returns only when that is refused, with the reason.</summary>
    /// <param name="arguments">The arguments of this program.</param>
    public static string Enter(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (Environment.GetEnvironmentVariable(Marker) is { Length: > 0 })
        {
            return "unshare ran and left the process in the network namespace it came from.";
        }

        var unshare = new[] { "/usr/bin/unshare", "/bin/unshare" }.FirstOrDefault(File.Exists);
        if (unshare is null)
        {
            return "the command unshare is missing (Debian package util-linux).";
        }

        // As root a network namespace is enough; in a container root may lack CAP_SYS_ADMIN, and a user namespace then still may do.
        string[][] ways = Environment.IsPrivilegedProcess ? [["-n"], ["-Urn"]] : [["-Urn"]];
        var refusal = "";
        foreach (var way in ways)
        {
            if (Try(unshare, way) is not { } refused)
            {
                Environment.SetEnvironmentVariable(Marker, new FileInfo(OwnNamespace).LinkTarget);
                RemoveDebuggerPipes();
                return Replace([unshare, .. way, "--", .. OwnCommand.Words, .. arguments]);
            }

            refusal = refused;
        }

        return $"{refusal}{Setting()}";
    }

    /// <summary>
    /// The runtime's debugger pipes stay in the temporary folder when a process is replaced or killed: those of this process go now, and
    /// what runs in its place, and its children, make none.
    /// </summary>
    private static void RemoveDebuggerPipes()
    {
        Environment.SetEnvironmentVariable("DOTNET_EnableDiagnostics", "0");
        foreach (var pattern in (string[])[$"clr-debug-pipe-{Environment.ProcessId}-*", $"dotnet-diagnostic-{Environment.ProcessId}-*"])
        {
            foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), pattern))
            {
                File.Delete(file);
            }
        }
    }

    private static string True => File.Exists("/bin/true") ? "/bin/true" : "true";

    private static string? Try(string unshare, string[] way)
    {
        using var probe = Process.Start(new ProcessStartInfo(unshare, [.. way, "--", True]) { RedirectStandardError = true })!;
        var said = probe.StandardError.ReadToEnd().Trim();
        probe.WaitForExit();
        return probe.ExitCode == 0 ? null : said.Length > 0 ? said : $"unshare {string.Join(' ', way)} failed with exit code {probe.ExitCode}";
    }

    /// <summary>Which of the usual settings forbids it, and the command that would permit it.</summary>
    private static string Setting()
    {
        (string Name, string Forbids, string Allows)[] settings =
        [
            ("user.max_user_namespaces", "0", "10000"),
            ("user.max_net_namespaces", "0", "10000"),
            ("kernel.unprivileged_userns_clone", "0", "1"),
            ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
        ];
        foreach (var (name, forbids, allows) in settings)
        {
            try
            {
                if (KernelSetting.Read(name) == forbids)
                {
                    return $"; {name}={forbids} forbids it, and `sysctl -w {name}={allows}` would permit it";
                }
            }
            catch (IOException)
            {
                // Not every kernel has each of them.
            }
        }

        return "; no setting known here forbids it: look for a container's security profile (seccomp) or a missing CAP_SYS_ADMIN";
    }

    private static unsafe string Replace(string[] command)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(e => $"{e.Key}={e.Value}").ToArray();
        var argv = Strings(command);
        var envp = Strings(environment);
        _ = ExecuteProgram(argv[0], argv, envp);
        return $"could not run {command[0]}: {Marshal.GetLastPInvokeErrorMessage()}.";
    }

    private static unsafe byte** Strings(string[] values)
    {
        var pointers = (byte**)NativeMemory.Alloc((nuint)((values.Length + 1) * sizeof(byte*)));
        for (var i = 0; i < values.Length; i++)
        {
            pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(values[i]);
        }

        pointers[values.Length] = null;
        return pointers;
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    private static unsafe partial int ExecuteProgram(byte* path, byte** argv, byte** envp);
}
