using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Farewell.Tcp;

namespace Farewell.Observation.Windows;

/// <summary>
/// The connection table through <c>GetExtendedTcpTable</c>, with the owning process of each row (0 for a TIME-WAIT: Windows forgets it too).
/// </summary>
/// <remarks>Written from the documentation of iphlpapi; run under Wine, not yet on Windows itself.</remarks>
[SupportedOSPlatform("windows")]
internal sealed partial class ExtendedTcpTable : IConnectionTable
{
    private const int Ipv4 = 2;
    private const int Ipv6 = 23;
    private const int OwnerPidAll = 5; // TCP_TABLE_OWNER_PID_ALL
    private const int InsufficientBuffer = 122; // ERROR_INSUFFICIENT_BUFFER
    private const int Attempts = 8;
    private byte[] _buffer = new byte[64 * 1024];

    public string Source => "GetExtendedTcpTable";

    public string Missing => "Timers, queues, users and cookies: Windows does not tell them, nor who made a TIME-WAIT.";

    public ConnectionReading Read(ConnectionFilter filter, ConnectionVisitor visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        var rows = 0;
        var go = true;
        foreach (var family in (ReadOnlySpan<int>)[Ipv4, Ipv6])
        {
            var table = Fill(family);
            var length = family == Ipv4 ? 24 : 56; // MIB_TCPROW_OWNER_PID, MIB_TCP6ROW_OWNER_PID
            var count = MemoryMarshal.Read<int>(table);
            for (var at = 0; at < count && go && 4 + ((at + 1) * length) <= table.Length; at++)
            {
                var row = RowAt(table.Slice(4 + (at * length), length), family);
                if (!filter.BoundByNumber && filter.Admits(row))
                {
                    rows++;
                    go = visitor(row);
                }
            }
        }

        return new(rows, Interrupted: false);
    }

    public void Dispose()
    {
    }

    private ReadOnlySpan<byte> Fill(int family)
    {
        var error = 0;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var octets = _buffer.Length;
            error = GetExtendedTcpTable(_buffer, ref octets, order: false, family, OwnerPidAll, 0);
            if (error == 0)
            {
                return _buffer;
            }

            if (error != InsufficientBuffer)
            {
                break;
            }

            _buffer = new byte[octets + (octets / 4)]; // it grows between two calls
        }

        throw new ObservationException(ObservationFailure.Failed, $"Windows could not list its connections (GetExtendedTcpTable: {error}).");
    }

    // Ports stand in network order in the low half of a DWORD.
    internal static Connection RowAt(ReadOnlySpan<byte> row, int family) => family == Ipv4
        ? new(new(At(row, 4, 4, 8), At(row, 12, 4, 16)), StateOf(Number(row, 0)), ProcessId: Number(row, 20))
        : new(new(At(row, 0, 16, 20), At(row, 24, 16, 44)), StateOf(Number(row, 48)), ProcessId: Number(row, 52));

    private static Endpoint At(ReadOnlySpan<byte> row, int address, int length, int port) =>
        Endpoint.FromNetworkOrder(row.Slice(address, length), BinaryPrimitives.ReadUInt16BigEndian(row[port..]));

    private static uint Number(ReadOnlySpan<byte> row, int at) => BinaryPrimitives.ReadUInt32LittleEndian(row[at..]);

    // MIB_TCP_STATE; 12 is DELETE_TCB.
    private static TcpState StateOf(uint state) => state switch
    {
        2 => TcpState.Listen,
        3 => TcpState.SynSent,
        4 => TcpState.SynReceived,
        5 => TcpState.Established,
        6 => TcpState.FinWait1,
        7 => TcpState.FinWait2,
        8 => TcpState.CloseWait,
        9 => TcpState.Closing,
        10 => TcpState.LastAck,
        11 => TcpState.TimeWait,
        _ => TcpState.Closed,
    };

    [LibraryImport("iphlpapi")]
    private static partial int GetExtendedTcpTable(
        Span<byte> table, ref int octets, [MarshalAs(UnmanagedType.Bool)] bool order, int family, int tableClass, int reserved);
}
