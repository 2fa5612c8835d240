using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Linux;

namespace Farewell.Tests.Sockets;

/// <summary>Small talk over sockets, and what the other side of an ending saw.</summary>
[SupportedOSPlatform("linux")]
internal static class Conversation
{
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC

    public static async Task<byte[]> ReadExactlyAsync(Socket socket, int count)
    {
        var got = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = await socket.ReceiveAsync(got.AsMemory(at)).AsTask().WaitAsync(Eventually.Limit);
            read.ShouldBeGreaterThan(0, $"the stream ended {count - at} octets early");
            at += read;
        }

        return got;
    }

    /// <summary>Reads to the end; how many octets, and whether a reset ended it.</summary>
    public static async Task<(long Octets, bool Reset)> ReadToEndAsync(Socket socket)
    {
        var (octets, buffer) = (0L, new byte[16 * 1024]);
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory()).AsTask().WaitAsync(Eventually.Limit) is > 0 and var count)
            {
                octets += count;
            }

            return (octets, false);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return (octets, true);
        }
    }

    /// <summary>Takes the connection out of a socket: a descriptor of its own, the socket disposed.</summary>
    public static int Descriptor(Socket socket)
    {
        var descriptor = Libc.Control((int)socket.SafeHandle.DangerousGetHandle(), DuplicateCloseOnExec, 0);
        descriptor.ShouldBeGreaterThan(0);
        socket.Dispose();
        return descriptor;
    }
}
