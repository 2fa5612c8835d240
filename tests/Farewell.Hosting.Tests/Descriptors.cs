using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Farewell.Hosting.Tests;

/// <summary>Descriptors that a child inherits: .NET's own are close-on-exec.</summary>
internal static partial class Descriptors
{
    private const int DuplicateFrom = 0; // F_DUPFD

    public static int Duplicate(Socket socket) => Control((int)socket.SafeHandle.DangerousGetHandle(), DuplicateFrom, 10);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);
}
