using System.Buffers.Binary;
using System.Net.Sockets;
using Farewell.Tcp;

namespace Farewell.Lab.Running;

/// <summary>What the kernel says of one open socket (Linux <c>TCP_INFO</c>, struct tcp_info in linux/tcp.h).</summary>
internal static class KernelView
{
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;

    // Numbered as in the kernel's include/net/tcp_states.h, from 1.
    private static readonly TcpState[] States =
    [
        TcpState.Closed, TcpState.Established, TcpState.SynSent, TcpState.SynReceived, TcpState.FinWait1, TcpState.FinWait2,
        TcpState.TimeWait, TcpState.Closed, TcpState.CloseWait, TcpState.LastAck, TcpState.Listen, TcpState.Closing,
    ];

    public static TcpState StateOf(Socket socket)
    {
        Span<byte> info = stackalloc byte[256];
        socket.GetRawSocketOption(TcpLevel, TcpInfo, info);
        return info[0] < States.Length ? States[info[0]] : TcpState.Closed;
    }

    /// <summary>Whether nothing is unsent or unacknowledged: tcpi_unacked and tcpi_notsent_bytes are zero.</summary>
    public static bool IsAllAcknowledged(Socket socket)
    {
        Span<byte> info = stackalloc byte[256];
        socket.GetRawSocketOption(TcpLevel, TcpInfo, info);
        return BinaryPrimitives.ReadUInt32LittleEndian(info[24..]) == 0 && BinaryPrimitives.ReadUInt32LittleEndian(info[144..]) == 0;
    }
}
