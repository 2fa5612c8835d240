using Farewell.Tcp;

namespace Farewell.Observation.Ports;

/// <summary>
/// Whether the kernel gives the port of a TIME-WAIT to a new outgoing connection (<c>tcp_twsk_unique</c>): <c>tcp_tw_reuse</c> 1 for every
/// destination, 2 (the default since 4.19) for loopback only; never without timestamps; after <c>tcp_tw_reuse_delay</c>.
/// </summary>
/// <param name="Mode">0, 1 or 2.</param>
/// <param name="Timestamps">Whether <c>tcp_timestamps</c> is on; without, nothing is reused.</param>
/// <param name="Delay">How old a TIME-WAIT must be; 1 s unless changed.</param>
public sealed record TimeWaitReuse(int Mode, bool Timestamps, TimeSpan Delay)
{
    /// <summary>A Linux host's defaults.</summary>
    public static TimeWaitReuse LinuxDefault { get; } = new(2, true, TimeSpan.FromSeconds(1));

    /// <summary>Whether TIME-WAITs between these addresses may be reused.</summary>
    public bool Permits(Endpoint source, Endpoint destination) =>
        Timestamps && (Mode == 1 || (Mode == 2 && (source.IsLoopback || destination.IsLoopback)));
}
