using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Farewell.Captures.Tests.Live;

/// <summary>Runs a test on a thread of its own, in a network namespace of its own with loopback up.</summary>
internal static unsafe partial class PrivateNetwork
{
    private const uint CapabilityVersion3 = 0x20080522;
    private const int NetRaw = 13;
    private const nuint SetTunnel = 0x400454ca;
    private const short TunnelWithoutPrefix = 0x1001;
    private const int NewNetwork = 0x40000000;
    private const int SetFlags = 0x8914;
    private const short Up = 1;

    public static void Run(Action test)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Check(Unshare(NewNetwork), "unshare");
                BringUp("lo");
                test();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>Takes CAP_NET_RAW from the calling thread, and from no other.</summary>
    public static void DropCaptureRight()
    {
        // Header: version, thread (0 is the caller). Data: effective, permitted and inheritable, twice over.
        var header = stackalloc uint[2] { CapabilityVersion3, 0 };
        var data = stackalloc uint[6];
        Check(GetCapabilities(header, data), "capget");
        data[0] &= ~(1u << NetRaw);
        Check(SetCapabilities(header, data), "capset");
    }

    /// <summary>Creates an interface of bare IP, which lasts until what is returned is disposed.</summary>
    public static IDisposable CreateTunnel(string name)
    {
        var file = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite);
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        System.Text.Encoding.UTF8.GetBytes(name, new Span<byte>(request, 15));
        *(short*)(request + 16) = TunnelWithoutPrefix;
        Check(IoControl((int)file.DangerousGetHandle(), SetTunnel, request), "TUNSETIFF");
        return file;
    }

    private static void BringUp(string name)
    {
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        System.Text.Encoding.UTF8.GetBytes(name, new Span<byte>(request, 15));
        *(short*)(request + 16) = Up;
        var socket = Socket(2, 2, 0);
        Check(socket, "socket");
        Check(IoControl(socket, SetFlags, request), "SIOCSIFFLAGS");
        _ = Close(socket);
    }

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw new InvalidOperationException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    public static partial int ThreadId();

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoControl(int socket, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static partial int GetCapabilities(void* header, void* data);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilities(void* header, void* data);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);
}
