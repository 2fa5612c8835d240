using System.Buffers.Binary;
using System.Net.Sockets;
using Farewell.Linux;

namespace Farewell.AspNetCore.Transports;

/// <summary>What the other side's kernel has acknowledged (<c>struct tcp_info</c> of Linux).</summary>
/// <param name="Octets">Octets of ours acknowledged: <c>tcpi_bytes_acked</c>, which counts no SYN on an accepted connection.</param>
/// <param name="Since">How long ago the last acknowledgement came, to the millisecond.</param>
internal readonly record struct Acknowledged(long Octets, TimeSpan Since)
{
    private const int LastAckReceived = 56;
    private const int BytesAcked = 120;

    /// <summary>Null where the kernel does not tell.</summary>
    public static Acknowledged? Read(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> info = stackalloc byte[BytesAcked + sizeof(long)];
        try
        {
            return socket.GetRawSocketOption(Libc.IPPROTO_TCP, Libc.TCP_INFO, info) < info.Length ? null : new(
                BinaryPrimitives.ReadInt64LittleEndian(info[BytesAcked..]),
                TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt32LittleEndian(info[LastAckReceived..])));
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
