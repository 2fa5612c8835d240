namespace Farewell.Tcp.Endings;

/// <summary>What is known of the hosts beyond the evidence. Null means not known, and the judgement then says unknown where it matters.</summary>
/// <param name="TimeWaitLength">How long a TIME-WAIT lasts; 60 s on Linux (<c>TCP_TIMEWAIT_LEN</c>, fixed when the kernel is built).</param>
/// <param name="ResetEndsTimeWait">Whether a reset that fits exactly ends a TIME-WAIT: true on Linux unless <c>net.ipv4.tcp_rfc1337=1</c>.</param>
public readonly record struct Assumptions(TimeSpan? TimeWaitLength = null, bool? ResetEndsTimeWait = null)
{
    /// <summary>A Linux host with default settings.</summary>
    public static Assumptions Linux => new(TimeSpan.FromSeconds(60), true);
}
