using System.Buffers.Binary;
using System.Net.Sockets;
using Farewell.Linux;

namespace Farewell.AspNetCore.Transports;

/// <summary>What the other side's kernel has acknowledged (<c>struct tcp_info</c> of Linux).</summary>
/// <param name="Octets">Octets of ours acknowledged: <c>tcpi_bytes_acked</c>, which counts no SYN on an accepted connection.</param>
/// <param name="Since">How long ago the last acknowledgement came, to the kernel's tick.</param>
/// <param name="Silence">How long ago the last octet came, or the connection began, to the same.</param>
internal readonly record struct Acknowledged(long Octets, TimeSpan Since, TimeSpan Silence)
{
    // CONFIG_HZ is 100 at least.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private const int LastDataReceived = 52;
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
                TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt32LittleEndian(info[LastAckReceived..])),
                TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt32LittleEndian(info[LastDataReceived..])) + Tick);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
