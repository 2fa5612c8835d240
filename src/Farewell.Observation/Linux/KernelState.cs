using Farewell.Tcp;

namespace Farewell.Observation.Linux;

/// <summary>Linux's numbers for the states (<c>include/net/tcp_states.h</c>), which are not ours.</summary>
internal static class KernelState
{
    /// <summary>Our state for the kernel's number; null for a number that this version does not know.</summary>
    public static TcpState? ToState(byte number) => number switch
    {
        1 => TcpState.Established,
        2 => TcpState.SynSent,
        3 => TcpState.SynReceived,
        4 => TcpState.FinWait1,
        5 => TcpState.FinWait2,
        6 => TcpState.TimeWait,
        7 => TcpState.Closed,
        8 => TcpState.CloseWait,
        9 => TcpState.LastAck,
        10 => TcpState.Listen,
        11 => TcpState.Closing,
        12 => TcpState.SynReceived, // TCP_NEW_SYN_RECV: a request that has no socket yet
        13 => TcpState.Closed, // TCP_BOUND_INACTIVE, Linux 6.8: bound, neither listening nor connected
        _ => null,
    };

    /// <summary>The bits of <c>idiag_states</c> for a set of states.</summary>
    public static uint ToMask(TcpStates states)
    {
        var mask = 0u;
        for (byte number = 1; number <= 13; number++)
        {
            if (((int)states >> (int)ToState(number)! & 1) == 1)
            {
                mask |= 1u << number;
            }
        }

        return mask;
    }
}
