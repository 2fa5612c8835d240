using System.Runtime.InteropServices;

namespace Farewell.Observation.Linux;

/// <summary>
/// Writes the netlink message that asks for TCP connections, IPv4 and IPv6 in one: the older request (<c>TCPDIAG_GETSOCK</c>, <c>inet_diag_req</c>), which the
/// kernel answers for any family (<c>inet_diag_dump_compat</c>, AF_UNSPEC). The newer one takes one family at a time, and each walks the whole hash, the
/// connections of every namespace: a fifth of the time more.
/// </summary>
internal static class DumpRequest
{
    /// <summary>The longest request: header, <c>inet_diag_req</c>, four comparisons of ports and one of the lock.</summary>
    public const int MaxLength = SockDiag.MessageHeaderLength + SockDiag.RequestLength + AttributeHeaderLength + (4 * ComparisonLength) + LockLength;

    private const int AttributeHeaderLength = 4;
    private const int ComparisonLength = 8;
    private const int LockLength = 8;
    private const byte AnyFamily = 2; // AF_INET, but the kernel does not look: rows of both families come
    private const int StatesAt = 52; // idiag_states, behind four octets and the inet_diag_sockid

    /// <summary>Writes the request and returns its length.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> octets.</param>
    /// <param name="sequence">Comes back in every message of the reply.</param>
    /// <param name="filter">Applied by the kernel.</param>
    public static int Write(Span<byte> destination, uint sequence, ConnectionFilter filter)
    {
        destination[..MaxLength].Clear();
        var body = destination[SockDiag.MessageHeaderLength..];
        body[0] = AnyFamily;
        Put(body, StatesAt, KernelState.ToMask(filter.States));
        var length = SockDiag.MessageHeaderLength + SockDiag.RequestLength;
        var code = WritePorts(destination[(length + AttributeHeaderLength)..], filter);
        if (code > 0)
        {
            Put(destination, length, (ushort)(AttributeHeaderLength + code));
            Put(destination, length + 2, SockDiag.INET_DIAG_REQ_BYTECODE);
            length += AttributeHeaderLength + code;
        }

        Put(destination, 0, (uint)length);
        Put(destination, 4, SockDiag.TCPDIAG_GETSOCK);
        Put(destination, 6, (ushort)(SockDiag.NLM_F_REQUEST | SockDiag.NLM_F_DUMP));
        Put(destination, 8, sequence);
        return length;
    }

    // A port is "not less and not more": the kernel learnt to compare for equality only in 4.16 (INET_DIAG_BC_S_EQ).
    private static int WritePorts(Span<byte> code, ConnectionFilter filter)
    {
        var length = ((filter.LocalPort is null ? 0 : 2) + (filter.RemotePort is null ? 0 : 2)) * ComparisonLength;
        length += filter.BoundByNumber ? LockLength : 0;
        var at = 0;
        if (filter.LocalPort is { } local)
        {
            at = Compare(code, at, length, SockDiag.INET_DIAG_BC_S_GE, local);
            at = Compare(code, at, length, SockDiag.INET_DIAG_BC_S_LE, local);
        }

        if (filter.RemotePort is { } remote)
        {
            at = Compare(code, at, length, SockDiag.INET_DIAG_BC_D_GE, remote);
            at = Compare(code, at, length, SockDiag.INET_DIAG_BC_D_LE, remote);
        }

        if (filter.BoundByNumber)
        {
            // All that can be asked is whether the kernel chose the port (SOCK_BINDPORT_LOCK). If so, go on to the jump past the end, which
            // rejects; if not, step over that jump to the end. The audit wants every "yes" to lead to the end exactly.
            code[at] = SockDiag.INET_DIAG_BC_AUTO;
            code[at + 1] = 4;
            Put(code, at + 2, (ushort)LockLength);
            code[at + 4] = SockDiag.INET_DIAG_BC_JMP;
            code[at + 5] = 4;
            Put(code, at + 6, (ushort)8);
        }

        return length;
    }

    // inet_diag_bc_run: running exactly to the end accepts the row, running past it rejects it. Hence "no" jumps four octets too far.
    private static int Compare(Span<byte> code, int at, int length, byte operation, ushort port)
    {
        code[at] = operation;
        code[at + 1] = ComparisonLength;
        Put(code, at + 2, (ushort)(length - at + 4));
        Put(code, at + 6, port);
        return at + ComparisonLength;
    }

    private static void Put<T>(Span<byte> destination, int at, T value)
        where T : unmanaged => MemoryMarshal.Write(destination[at..], value);
}
