namespace Farewell.Observation.Linux;

/// <summary>
/// Numbers of the netlink and sock_diag protocols (<c>linux/netlink.h</c>, <c>linux/sock_diag.h</c>, <c>linux/inet_diag.h</c>).
/// </summary>
internal static class SockDiag
{
    public const ushort NLMSG_NOOP = 1;
    public const ushort NLMSG_ERROR = 2;
    public const ushort NLMSG_DONE = 3;
    public const ushort NLMSG_OVERRUN = 4;
    public const ushort TCPDIAG_GETSOCK = 18;
    public const ushort SOCK_DIAG_BY_FAMILY = 20;

    public const ushort NLM_F_REQUEST = 0x1;
    public const ushort NLM_F_DUMP_INTR = 0x10;
    public const ushort NLM_F_DUMP = 0x300;

    public const int MessageHeaderLength = 16;
    public const int RequestLength = 60;
    public const int RowLength = 72;

    public const ushort INET_DIAG_REQ_BYTECODE = 1;
    public const byte INET_DIAG_BC_JMP = 1;
    public const byte INET_DIAG_BC_S_GE = 2;
    public const byte INET_DIAG_BC_S_LE = 3;
    public const byte INET_DIAG_BC_D_GE = 4;
    public const byte INET_DIAG_BC_D_LE = 5;
    public const byte INET_DIAG_BC_AUTO = 6;
}
