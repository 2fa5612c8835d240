using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Farewell.Tcp;

namespace Farewell.Observation.Linux;

/// <summary>
/// Reads one <c>struct inet_diag_msg</c> (<c>linux/inet_diag.h</c>): ports and addresses in network order, the rest in the machine's.
/// </summary>
internal static class DiagRow
{
    /// <summary>Reads a row; false for an address family or a state that this version does not know.</summary>
    public static bool TryRead(ReadOnlySpan<byte> row, out Connection connection)
    {
        var addressLength = row[0] switch { Ipv4 => 4, Ipv6 => 16, _ => 0 };
        if (addressLength == 0 || KernelState.ToState(row[1]) is not { } state)
        {
            connection = default;
            return false;
        }

        var timer = (ConnectionTimer)Math.Min(row[2], (byte)ConnectionTimer.Other);
        var user = MemoryMarshal.Read<uint>(row[64..]);
        var inode = MemoryMarshal.Read<uint>(row[68..]);
        connection = new(
            new(EndpointAt(row, 4, 8, addressLength), EndpointAt(row, 6, 24, addressLength)),
            state,
            timer,
            timer == ConnectionTimer.None ? null : TimeSpan.FromMilliseconds(MemoryMarshal.Read<uint>(row[52..])),
            MemoryMarshal.Read<uint>(row[56..]),
            MemoryMarshal.Read<uint>(row[60..]),
            row[3],
            inode,
            // Without a socket the kernel writes 0 for "unknown" (inet_twsk_diag_fill, inet_req_diag_fill): do not accuse root.
            inode == 0 && user == 0 ? null : user,
            MemoryMarshal.Read<uint>(row[44..]) | (ulong)MemoryMarshal.Read<uint>(row[48..]) << 32);
        return true;
    }

    private const byte Ipv4 = 2;
    private const byte Ipv6 = 10;

    private static Endpoint EndpointAt(ReadOnlySpan<byte> row, int port, int address, int addressLength) =>
        Endpoint.FromNetworkOrder(row.Slice(address, addressLength), BinaryPrimitives.ReadUInt16BigEndian(row[port..]));
}
