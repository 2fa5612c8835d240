using System.Runtime.InteropServices;
using System.Text;
using Farewell.Captures.Live;
using Microsoft.Win32.SafeHandles;

namespace Farewell.Captures.Linux;

/// <summary>The interfaces of a socket's network namespace.</summary>
internal static unsafe class Interfaces
{
    private const nuint GetIndex = 0x8933;
    private const nuint GetHardwareAddress = 0x8927;
    private const int NameLength = 16;
    private const int RequestLength = 40;

    /// <summary>The index of an interface whose frames can be read.</summary>
    /// <exception cref="CaptureException">There is none of that name, or its frames cannot be read.</exception>
    public static int Resolve(SafeFileHandle socket, string name)
    {
        // struct ifreq: the name, then a union that begins with the index, or with the address whose family is the hardware type.
        var request = stackalloc byte[RequestLength];
        new Span<byte>(request, RequestLength).Clear();
        var length = Encoding.UTF8.GetByteCount(name);
        if (length is 0 or >= NameLength || name.Contains('\0'))
        {
            throw NoSuch(name);
        }

        Encoding.UTF8.GetBytes(name, new Span<byte>(request, NameLength));
        if (Libc.IoControl(socket, GetIndex, request) < 0)
        {
            throw Marshal.GetLastPInvokeError() == Libc.ENoDevice
                ? NoSuch(name)
                : new CaptureException(CaptureFailure.System, $"The system could not look up the interface {name}: {Libc.LastError()}.");
        }

        var index = *(int*)(request + NameLength);
        if (Libc.IoControl(socket, GetHardwareAddress, request) < 0)
        {
            throw new CaptureException(
                CaptureFailure.System, $"The system did not tell the kind of the interface {name}: {Libc.LastError()}.");
        }

        int hardware = *(ushort*)(request + NameLength);
        return hardware is FilterProgram.HardwareEthernet or FilterProgram.HardwareLoopback or FilterProgram.HardwareNone
            ? index
            : throw new CaptureException(
                CaptureFailure.UnsupportedLink,
                $"The frames of {name} (hardware type {hardware}) are neither Ethernet nor bare IP, which is what can be captured; "
                + "capture on the interface underneath or above it.");
    }

    private static CaptureException NoSuch(string name)
    {
        var others = Names() is { Count: > 0 } names ? $"there are: {string.Join(", ", names)}" : "there is none that can be listed";
        return new(CaptureFailure.NoSuchInterface, $"There is no interface {name} in this network namespace; {others}.");
    }

    // Of the calling thread: /proc/self would be the namespace of the main thread.
    private static IReadOnlyList<string> Names()
    {
        try
        {
            return [.. File.ReadLines("/proc/thread-self/net/dev").Skip(2).Select(line => line[..line.IndexOf(':')].Trim())];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
