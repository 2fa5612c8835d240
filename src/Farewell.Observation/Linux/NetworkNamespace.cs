using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Farewell.Observation.Linux;

/// <summary>
/// A network namespace, entered by a thread of its own. A new one leaves nothing in the file system: it vanishes with its last user (this
/// object, a socket, a child process).
/// </summary>
/// <remarks>
/// A socket stays in the namespace in which it was made, whichever thread uses it later; a child process starts in the namespace of the
/// thread that starts it. <c>/proc/net</c> shows the main thread's namespace: inside, read <c>/proc/thread-self/net</c>.
/// <para>
/// Inside, make sockets and start processes, and do the rest outside. The thread pool starts a worker on the thread that queues the work, so
/// that asynchronous I/O, <c>Task.Run</c> or a timer used inside can leave the process a pool worker that is in this namespace for good.
/// </para>
/// </remarks>
[SupportedOSPlatform("linux")]
public sealed class NetworkNamespace : IDisposable
{
    private const string OwnPath = "/proc/thread-self/ns/net";

    private readonly NamespaceThread _thread;
    private readonly Descriptor _handle;

    private NetworkNamespace(Action enter)
    {
        _thread = new("network namespace");
        try
        {
            (_handle, Name) = _thread.Run(() =>
            {
                enter();
                return (Open(OwnPath, "calling thread's network namespace"), new FileInfo(OwnPath).LinkTarget ?? "net:[unknown]");
            });
        }
        catch
        {
            _thread.Dispose();
            throw;
        }
    }

    /// <summary>The kernel's name for it, <c>net:[4026532281]</c>: equal for two objects exactly if they are the same namespace.</summary>
    public string Name { get; }

    /// <summary>The descriptor of the namespace, for <c>IFLA_NET_NS_FD</c> and <c>setns</c>. Closed with this object.</summary>
    public SafeHandle Handle => _handle;

    internal bool IsAlive => _thread.IsAlive;

    /// <summary>Makes a namespace: empty but for a loopback interface that is down.</summary>
    /// <exception cref="ObservationException">
    /// Not permitted (needs CAP_SYS_ADMIN in the user namespace), at a limit, or not offered by this kernel.
    /// </exception>
    public static NetworkNamespace Create() => new(static () =>
    {
        if (Libc.Unshare(Libc.CLONE_NEWNET) < 0)
        {
            throw Refusal.OfUnshare(Marshal.GetLastPInvokeError());
        }
    });

    /// <summary>
    /// The namespace of the calling thread, which is that of the process unless the thread is inside another one. Needs no privilege.
    /// </summary>
    /// <exception cref="ObservationException"><c>/proc</c> cannot be read.</exception>
    public static NetworkNamespace Current() => new(static () =>
    {
        // Nothing to do: a new thread is in the namespace of the one that starts it (clone without CLONE_NEWNET).
    });

    /// <summary>The namespace of a process.</summary>
    /// <param name="processId">As this process's own <c>/proc</c> names it.</param>
    /// <exception cref="ObservationException">
    /// No such process, or not permitted (needs CAP_SYS_ADMIN in the owning user namespace).
    /// </exception>
    public static NetworkNamespace OfProcess(int processId)
    {
        var what = $"network namespace of process {processId}";
        using var target = Open($"/proc/{processId}/ns/net", what);
        return new(() =>
        {
            if (Libc.SetNamespace(target, Libc.CLONE_NEWNET) < 0)
            {
                throw Refusal.OfEntering(what, Marshal.GetLastPInvokeError());
            }
        });
    }

    /// <summary>
    /// Runs a function inside and returns its result; an exception comes out with its stack. Calls run one after another on one thread; one
    /// made from inside runs at once. What an asynchronous function does after its first <c>await</c> is no longer inside.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The namespace was disposed.</exception>
    public T Run<T>(Func<T> inside)
    {
        ArgumentNullException.ThrowIfNull(inside);
        return _thread.Run(inside);
    }

    /// <inheritdoc cref="Run{T}(Func{T})"/>
    public void Run(Action inside)
    {
        ArgumentNullException.ThrowIfNull(inside);
        _thread.Run(() =>
        {
            inside();
            return true;
        });
    }

    /// <summary>Waits for the work in hand and ends the thread. The namespace lives on while a socket or a process is in it.</summary>
    public void Dispose()
    {
        _thread.Dispose();
        _handle.Dispose();
    }

    private static Descriptor Open(string path, string what)
    {
        var descriptor = Libc.Open(path, Libc.O_CLOEXEC);
        return descriptor >= 0 ? new(descriptor) : throw Refusal.OfEntering(what, Marshal.GetLastPInvokeError());
    }
}
