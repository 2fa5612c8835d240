using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Farewell.Linux;

namespace Farewell.Engine;

/// <summary>What <see cref="Epoll"/> tells of a descriptor: epoll_ctl(2).</summary>
[Flags]
internal enum Readiness : uint
{
    None = 0,

    /// <summary>EPOLLIN: octets, the end of the stream, a connection to accept, or an error can be read.</summary>
    Input = 0x1,

    /// <summary>EPOLLOUT: there is room to send.</summary>
    Output = 0x4,

    /// <summary>EPOLLERR | EPOLLHUP | EPOLLRDHUP: behind what can be read comes the end.</summary>
    Ending = 0x8 | 0x10 | 0x2000,

    /// <summary>EPOLLET: told once for each change.</summary>
    Edge = 1u << 31,
}

/// <summary>An epoll instance, and an eventfd in it by which other threads wake who waits.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class Epoll : IDisposable
{
    private const int AtOnce = 256;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Add = 1;
    private const int Modify = 3;
    private const int Remove = 2;

    // struct epoll_event is packed on x86-64 only (include/uapi/linux/eventpoll.h).
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 12 : 16;
    private static readonly int DataAt = Stride - sizeof(ulong);

    private readonly byte[] _events = GC.AllocateUninitializedArray<byte>(AtOnce * Stride, pinned: true);
    private readonly int _epoll;
    private readonly int _wake;

    /// <exception cref="IOException">The kernel refuses another descriptor.</exception>
    public Epoll()
    {
        _epoll = Check(Create(CloseOnExec), "an epoll instance");
        _wake = Check(CreateEvent(0, CloseOnExec | NonBlocking), "an eventfd");
        Watch(_wake, Readiness.Input | Readiness.Edge);
    }

    /// <summary>Waits until something is ready, or is woken.</summary>
    /// <param name="milliseconds">How long at most; -1 for ever, 0 not at all.</param>
    /// <returns>How many are ready; waking counts as one whose descriptor is -1.</returns>
    public int Wait(int milliseconds)
    {
        var count = Wait(_epoll, _events, AtOnce, milliseconds);
        return count >= 0 ? count : Marshal.GetLastPInvokeError() == Libc.EINTR ? 0 : throw Failed("epoll_wait");
    }

    /// <summary>One of those that <see cref="Wait(int)"/> counted.</summary>
    public (int Descriptor, Readiness Readiness) this[int index]
    {
        get
        {
            ReadOnlySpan<byte> entry = _events.AsSpan(index * Stride, Stride);
            var descriptor = (int)MemoryMarshal.Read<ulong>(entry[DataAt..]);
            return (descriptor == _wake ? -1 : descriptor, (Readiness)MemoryMarshal.Read<uint>(entry));
        }
    }

    /// <summary>Wakes who waits; from any thread.</summary>
    public void Wake() => _ = Write(_wake, 1, sizeof(ulong));

    /// <summary>Watches a descriptor from now on, until it is closed.</summary>
    /// <exception cref="IOException">The kernel refuses: out of memory, or of <c>fs.epoll.max_user_watches</c>.</exception>
    public void Watch(int descriptor, Readiness readiness)
    {
        if (Control(Add, descriptor, readiness) < 0)
        {
            throw Failed("epoll_ctl");
        }
    }

    /// <summary>Watches for something else. Nothing happens for a descriptor that is not watched.</summary>
    public void Change(int descriptor, Readiness readiness) => _ = Control(Modify, descriptor, readiness);

    /// <summary>Watches a descriptor no longer.</summary>
    public void Forget(int descriptor) => _ = Control(Remove, descriptor, Readiness.None);

    public void Dispose()
    {
        _ = Libc.Close(_epoll);
        _ = Libc.Close(_wake);
    }

    private int Control(int operation, int descriptor, Readiness readiness)
    {
        Span<byte> entry = stackalloc byte[Stride];
        entry.Clear();
        MemoryMarshal.Write(entry, (uint)readiness);
        MemoryMarshal.Write(entry[DataAt..], (ulong)descriptor);
        return Control(_epoll, operation, descriptor, entry);
    }

    private static int Check(int descriptor, string what) =>
        descriptor >= 0 ? descriptor : throw Failed(what);

    private static IOException Failed(string what) =>
        new($"The kernel refuses {what} (errno {Marshal.GetLastPInvokeError()}): out of descriptors (ulimit -n) or of fs.epoll.max_user_watches?");

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int CreateEvent(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int descriptor, Span<byte> entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(int epoll, byte[] events, int atMost, int milliseconds);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, in ulong value, nuint length);
}
