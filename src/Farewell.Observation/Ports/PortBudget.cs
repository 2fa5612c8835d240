using Farewell.Tcp;

namespace Farewell.Observation.Ports;

/// <summary>
/// The ephemeral ports for one source address, destination address and destination port: how many there are, how many are taken, where the
/// <c>connect()</c> cliff lies, and when they run out at the present rate.
/// </summary>
public sealed record PortBudget
{
    /// <summary>The address dialled from; its port is 0.</summary>
    public required Endpoint Source { get; init; }

    /// <summary>The address and port dialled.</summary>
    public required Endpoint Destination { get; init; }

    /// <summary>
    /// How many connections a plain <c>connect()</c> can hold here at once: the range, less reserved ports, listeners in it, and ports that
    /// sockets bound for other destinations.
    /// </summary>
    public required int Limit { get; init; }

    /// <summary>How many ports of the range are taken, in any state.</summary>
    public required int InUse { get; init; }

    /// <summary>How many of <see cref="InUse"/> a TIME-WAIT holds.</summary>
    public required int TimeWait { get; init; }

    /// <summary>From this many connections on each <c>connect()</c> searches half of the range in vain (50 to 100 times slower).</summary>
    public required int CliffAt { get; init; }

    /// <summary>Ports taken that were bound on purpose, inferred from which half of the range they lie in, or told by the kernel.</summary>
    public required int Bound { get; init; }

    /// <summary>Connections by state.</summary>
    public required StateCounts States { get; init; }

    /// <summary>Whether <c>tcp_tw_reuse</c> lets a new connection take a TIME-WAIT's port after <c>tcp_tw_reuse_delay</c>.</summary>
    public required bool ReusesTimeWaits { get; init; }

    /// <summary>New connections a second that cost a port.</summary>
    public required double PerSecond { get; init; }

    /// <summary>Until the cliff at the present rate; zero when past it, null when the rate does not lead there.</summary>
    public required double? SecondsToCliff { get; init; }

    /// <summary>Until no port is left at the present rate; zero when none is, null when the rate does not lead there.</summary>
    public required double? SecondsToExhaustion { get; init; }

    /// <summary>When its TIME-WAITs give their ports back.</summary>
    public required ReturnSchedule Returns { get; init; }

    /// <summary>How long an ended connection keeps its port: as long as its TIME-WAIT lasts, or with reuse <c>tcp_tw_reuse_delay</c>.</summary>
    public TimeSpan HeldFor { get; init; } = TimeWaitLength.Held;

    /// <summary>TIME-WAITs whose port a new connection may take at once: with reuse, those older than <see cref="HeldFor"/>.</summary>
    public int Reusable { get; init; }

    /// <summary>How many a second can be ended here for ever: the limit over how long each keeps its port.</summary>
    public double SustainablePerSecond => Math.Max(0, Limit - States.Live) / Math.Max(HeldFor.TotalSeconds, 0.001);

    /// <summary>Ports taken that a new connection cannot have now: TIME-WAITs that can be reused are not counted.</summary>
    public int Occupied => InUse - Reusable;

    /// <summary>Ports left.</summary>
    public int Free => Math.Max(0, Limit - Occupied);

    /// <summary>Whether no port is left.</summary>
    public bool IsExhausted => Limit <= Occupied;

    /// <summary>Whether each dial walks half the range.</summary>
    public bool IsPastCliff => InUse >= CliffAt && !ReusesTimeWaits;

    /// <summary>How much of the limit is taken, 0 to 1.</summary>
    public double Share => Limit == 0 ? 1 : Math.Min(1, (double)Occupied / Limit);
}
