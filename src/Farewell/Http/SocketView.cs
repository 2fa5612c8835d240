using System.Buffers.Binary;
using System.Net.Sockets;
using Farewell.Linux;
using Farewell.Sockets;

namespace Farewell.Http;

/// <summary>What the kernel says of a connection that is about to end.</summary>
/// <param name="PeerClosed">Whether the other side's FIN or reset is here: whoever ends it then leaves no TIME_WAIT on this side.</param>
/// <param name="RequestsAcknowledged">Whether all octets of requests were acknowledged.</param>
internal readonly record struct SocketView(bool PeerClosed, bool RequestsAcknowledged)
{
    // struct tcp_info of include/uapi/linux/tcp.h.
    private const int StateAt = 0;
    private const int OctetsAcknowledgedAt = 120;
    private const int Size = OctetsAcknowledgedAt + sizeof(ulong);

    private const int Closed = 7;
    private const int CloseWait = 8;

    /// <summary>Looks at it.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="requestsEnd">How many octets had been written when the last one of a request had; <see cref="long.MaxValue"/> if one is being written.</param>
    public static SocketView Of(Socket socket, long requestsEnd)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                // Nothing tells what is acknowledged but the answer itself, which Permitted asks for, too.
                return new(EndSocket.StateOf(socket) == CloseWait, requestsEnd != long.MaxValue);
            }

            Span<byte> info = stackalloc byte[Size];
            var length = socket.GetRawSocketOption(Libc.IPPROTO_TCP, Libc.TCP_INFO, info);

            // The SYN counts as one; older than Linux 4.1 there is no such field, and a FIN is always right.
            var acknowledged = length < Size ? -1 : BinaryPrimitives.ReadInt64LittleEndian(info[OctetsAcknowledgedAt..]) - 1;
            return new(info[StateAt] is Closed or CloseWait, acknowledged >= requestsEnd);
        }
        catch (SocketException)
        {
            return new(PeerClosed: true, RequestsAcknowledged: false);
        }
    }
}
