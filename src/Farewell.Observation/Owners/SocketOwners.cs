using System.Globalization;

namespace Farewell.Observation.Owners;

/// <summary>
/// Which process holds which socket, from <c>/proc/PID/fd</c>. Processes of other users are seen only with CAP_SYS_PTRACE (root). Processes and
/// descriptors that vanish meanwhile are left out.
/// </summary>
public sealed class SocketOwners
{
    private readonly Dictionary<uint, SocketOwner> _byInode;
    private readonly Dictionary<int, RunningProgram?> _programs = [];
    private readonly string _root;

    private SocketOwners(Dictionary<uint, SocketOwner> byInode, int hidden, string root) => (_byInode, HiddenProcesses, _root) = (byInode, hidden, root);

    /// <summary>Nobody known.</summary>
    public static SocketOwners None { get; } = new([], 0, "/proc");

    /// <summary>Processes whose sockets this user may not see.</summary>
    public int HiddenProcesses { get; }

    /// <summary>Sockets whose owner is known.</summary>
    public int Count => _byInode.Count;

    /// <summary>The owner of a socket by its inode; the first process found where several share it. Null when not known.</summary>
    public SocketOwner? this[uint inode] => _byInode.GetValueOrDefault(inode);

    /// <summary>What a process runs, looked up once; null when that cannot be seen.</summary>
    internal RunningProgram? ProgramOf(int processId)
    {
        if (!_programs.TryGetValue(processId, out var program))
        {
            _programs.Add(processId, program = RunningProgram.Of(processId, _root));
        }

        return program;
    }

    /// <summary>Reads them. Elsewhere than on Linux nobody is known.</summary>
    /// <param name="root">Where processes are listed; <c>/proc</c>, except in tests.</param>
    public static SocketOwners Read(string root = "/proc")
    {
        Dictionary<uint, SocketOwner> byInode = [];
        var hidden = 0;
        foreach (var folder in Listed(root))
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            try
            {
                SocketOwner? owner = null;
                foreach (var descriptor in Directory.EnumerateFiles(folder + "/fd"))
                {
                    if (InodeOf(descriptor) is { } inode)
                    {
                        byInode.TryAdd(inode, owner ??= new(id, Printable.Of(ReadLine(folder + "/comm") ?? "?"), UnitOf(folder) is { } unit ? Printable.Of(unit) : null));
                    }
                }
            }
            catch (UnauthorizedAccessException)
            {
                hidden++;
            }
            catch (IOException)
            {
                // Ended while it was read.
            }
        }

        return new(byInode, hidden, root);
    }

    /// <summary>
    /// The unit in a control group's path: the last component that names a service, a scope, a slice's session or a container.
    /// </summary>
    internal static string? UnitIn(string controlGroup)
    {
        foreach (var part in controlGroup.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (part.EndsWith(".service", StringComparison.Ordinal) || part.EndsWith(".scope", StringComparison.Ordinal))
            {
                return part;
            }

            if (part.Length >= 32 && part.All(char.IsAsciiHexDigit))
            {
                return part[..12]; // a container's id, as docker ps shows it
            }
        }

        return null;
    }

    private static IEnumerable<string> Listed(string root)
    {
        try
        {
            return OperatingSystem.IsLinux() ? Directory.EnumerateDirectories(root) : [];
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static uint? InodeOf(string descriptor)
    {
        const string socket = "socket:[";
        try
        {
            var target = new FileInfo(descriptor).LinkTarget;
            return target is not null && target.StartsWith(socket, StringComparison.Ordinal)
                && uint.TryParse(target.AsSpan(socket.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var inode)
                ? inode
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string? UnitOf(string folder)
    {
        try
        {
            return File.ReadLines(folder + "/cgroup").Select(line => UnitIn(line[(line.LastIndexOf(':') + 1)..])).FirstOrDefault(unit => unit is not null);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? ReadLine(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\n');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
