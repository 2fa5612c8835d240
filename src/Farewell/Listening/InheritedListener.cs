using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Linux;

namespace Farewell.Listening;

/// <summary>
/// A listener that systemd, or a parent that follows its protocol (sd_listen_fds(3)), has opened for this process. It outlives the process, so that a restart
/// refuses nobody.
/// </summary>
/// <param name="Name">From <c>LISTEN_FDNAMES</c> (<c>FileDescriptorName=</c>); <c>unknown</c> when there are no names.</param>
/// <param name="Descriptor">The file descriptor, 3 or more.</param>
public readonly record struct InheritedListener(string Name, int Descriptor)
{
    private const int First = 3; // SD_LISTEN_FDS_START
    private const string ProcessVariable = "LISTEN_PID";
    private const string CountVariable = "LISTEN_FDS";
    private const string NamesVariable = "LISTEN_FDNAMES";

    /// <summary>
    /// Takes the listeners out of the environment: the variables are unset and the descriptors marked close-on-exec, so that no child takes them for its own,
    /// and a second call finds none. Empty if there are none for this process, and elsewhere than on Linux.
    /// </summary>
    /// <exception cref="ListenException">The variables make no sense, or a descriptor is no listening TCP socket.</exception>
    public static IReadOnlyList<InheritedListener> TakeAll()
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var taken = Parse(
            Environment.GetEnvironmentVariable(ProcessVariable),
            Environment.GetEnvironmentVariable(CountVariable),
            Environment.GetEnvironmentVariable(NamesVariable),
            Environment.ProcessId);
        foreach (var name in (string[])[ProcessVariable, CountVariable, NamesVariable])
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        foreach (var (_, descriptor) in taken)
        {
            Check(descriptor);
            _ = Libc.Control(descriptor, Libc.F_SETFD, Libc.FD_CLOEXEC);
        }

        return taken;
    }

    /// <summary>Makes a listener of it, once.</summary>
    /// <exception cref="ListenException">It is no listening TCP socket.</exception>
    public Socket Open(ListenOptions? options = null)
    {
        var handle = new SafeSocketHandle(Descriptor, ownsHandle: true);
        try
        {
            return ListenSocket.Adopt(handle, options);
        }
        catch
        {
            handle.SetHandleAsInvalid();
            throw;
        }
    }

    /// <summary>What the three variables say to a process.</summary>
    /// <exception cref="ListenException">They make no sense.</exception>
    internal static IReadOnlyList<InheritedListener> Parse(string? process, string? count, string? names, int self)
    {
        if (string.IsNullOrEmpty(process) || string.IsNullOrEmpty(count))
        {
            return [];
        }

        if (Number(process) is not { } owner || Number(count) is not { } number || number > ushort.MaxValue)
        {
            throw new ListenException($"{ProcessVariable}={process} {CountVariable}={count} is not what sd_listen_fds(3) describes: two numbers.");
        }

        if (owner != self)
        {
            // Meant for a parent that did not unset it.
            return [];
        }

        var each = string.IsNullOrEmpty(names) ? [] : names.Split(':');
        if (each.Length != 0 && each.Length != number)
        {
            throw new ListenException($"{NamesVariable}={names} has {each.Length} names for {CountVariable}={number} descriptors.");
        }

        return [.. Enumerable.Range(0, number).Select(i => new InheritedListener(each.Length == 0 ? "unknown" : each[i], First + i))];
    }

    /// <summary>Says what a descriptor is that is no listening TCP socket.</summary>
    [SupportedOSPlatform("linux")]
    internal static void Check(int descriptor)
    {
        if (Libc.Control(descriptor, Libc.F_GETFD, 0) < 0)
        {
            throw Wrong(descriptor, "is not open", "whoever started this process has to leave it open across exec (clear FD_CLOEXEC)");
        }

        if (Option(descriptor, Libc.SO_TYPE) is not { } type)
        {
            throw Wrong(descriptor, "is not a socket", "in a systemd socket unit use ListenStream=");
        }

        if (type != Libc.SOCK_STREAM || Option(descriptor, Libc.SO_DOMAIN) is not (Libc.AF_INET or Libc.AF_INET6))
        {
            throw Wrong(descriptor, "is not a TCP socket", "in a systemd socket unit use ListenStream= with an address and a port");
        }

        if (Option(descriptor, Libc.SO_ACCEPTCONN) is not 1)
        {
            throw Wrong(descriptor, "is a TCP socket that does not listen", "in a systemd socket unit set Accept=no, which is the default");
        }
    }

    [SupportedOSPlatform("linux")]
    private static int? Option(int descriptor, int name)
    {
        Span<int> value = [0];
        uint octets = sizeof(int);
        return Libc.GetSocketOption(descriptor, Libc.SOL_SOCKET, name, value, ref octets) < 0 ? null : value[0];
    }

    private static ListenException Wrong(int descriptor, string what, string remedy) =>
        new($"The listener handed over as descriptor {descriptor} {what}: {remedy}.");

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
