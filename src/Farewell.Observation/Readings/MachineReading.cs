using Farewell.Observation.Owners;
using Farewell.Observation.Ports;
using Farewell.Observation.Settings;

namespace Farewell.Observation.Readings;

/// <summary>
/// What one look at one network namespace gave, and what changed since the look before. Pure data: findings are a function of it, whether it was
/// taken now or played back.
/// </summary>
public sealed record MachineReading
{
    /// <summary>When it was taken.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long after the reading before; zero for the first, which has no rates of counters.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>The ephemeral ports.</summary>
    public required PortRange Range { get; init; }

    /// <summary>The kernel's settings.</summary>
    public required KernelSettings Settings { get; init; }

    /// <summary>The kernel's counters since the namespace was made; null when they could not be read.</summary>
    public TcpCounters? Counters { get; init; }

    /// <summary>What they counted during <see cref="Interval"/>; null for the first reading.</summary>
    public TcpCounters? Counted { get; init; }

    /// <summary>One budget for each source and destination dialled, the fullest first.</summary>
    public IReadOnlyList<PortBudget> Budgets { get; init; } = [];

    /// <summary>What came in, by local port.</summary>
    public IReadOnlyList<AcceptedUse> Accepted { get; init; } = [];

    /// <summary>Ports of the range that listeners and idle bound sockets hold.</summary>
    public int HeldByBind { get; init; }

    /// <summary>Local ports of the range, and outside, on which something listens.</summary>
    public IReadOnlyList<ushort> ListeningPorts { get; init; } = [];

    /// <summary>TIME-WAITs and timer-held FIN-WAIT-2s begun during <see cref="Interval"/> that are still there.</summary>
    public int Fresh { get; init; }

    /// <summary>Dialled connections in FIN-WAIT-2 without an application.</summary>
    public int DialledOrphans { get; init; }

    /// <summary>Accepted connections in FIN-WAIT-2 without an application.</summary>
    public int AcceptedOrphans { get; init; }

    /// <summary>Who keeps connections in CLOSE-WAIT, the most first.</summary>
    public IReadOnlyList<CloseWaitGroup> CloseWaits { get; init; } = [];

    /// <summary>Local endpoints on which several sockets listen at once.</summary>
    public IReadOnlyList<SharedListener> SharedListeners { get; init; } = [];

    /// <summary>The peer with most accepted TIME-WAITs, and the sum of those whose peers this host dials too.</summary>
    public AcceptedTimeWaits AcceptedTimeWaits { get; init; } = AcceptedTimeWaits.None;

    /// <summary>Who dials each destination, in the order of <see cref="Budgets"/>; empty where nobody is known.</summary>
    public IReadOnlyList<IReadOnlyList<OwnerShare>> Owners { get; init; } = [];

    /// <summary>Who listens on each local port, as far as known.</summary>
    public IReadOnlyDictionary<ushort, IReadOnlyList<SocketOwner>> Listeners { get; init; } = new Dictionary<ushort, IReadOnlyList<SocketOwner>>();

    /// <summary>Connections that a recording left out of <see cref="Budgets"/> and <see cref="Accepted"/>; none in a reading of now.</summary>
    public StateCounts LeftOut { get; init; }

    /// <summary>The kernel's own sums.</summary>
    public SocketMemory? Memory { get; init; }

    /// <summary>Connection tracking; null when not in use here or not readable.</summary>
    public ConnectionTracking? Tracking { get; init; }

    /// <summary>Packets of new connections that tracking dropped during <see cref="Interval"/>; null when not told.</summary>
    public long? TrackingDropped { get; init; }

    /// <summary>Connections that connection tracking forgot since the reading before to make room for others; null when not told.</summary>
    public long? TrackingForgotten { get; init; }

    /// <summary>What could not be taken, and why.</summary>
    public IReadOnlyDictionary<string, string> Missing { get; init; } = new Dictionary<string, string>();

    /// <summary>All dialled and accepted connections by state.</summary>
    public StateCounts States
    {
        get
        {
            var states = LeftOut;
            foreach (var budget in Budgets)
            {
                states.Add(budget.States);
            }

            foreach (var port in Accepted)
            {
                states.Add(port.States);
            }

            return states;
        }
    }

    /// <summary>
    /// TIME-WAITs that began during <see cref="Interval"/> and are gone already without having been reused by this host: killed by a reset
    /// (assassination), ended by a peer that dialled again from the same port, or destroyed by hand. A lower bound; null when it is not known.
    /// </summary>
    public long? KilledEarly => Counted is { TimeWaits: { } begun } && Interval > TimeSpan.Zero
        ? Math.Max(0, begun - Fresh - (Counted.TimeWaitsReused ?? 0))
        : null;

    /// <summary>Who dials a destination.</summary>
    public IReadOnlyList<OwnerShare> OwnersOf(PortBudget budget)
    {
        for (var at = 0; at < Math.Min(Budgets.Count, Owners.Count); at++)
        {
            if (ReferenceEquals(Budgets[at], budget))
            {
                return Owners[at];
            }
        }

        return [];
    }

    /// <summary>Who listens on a local port; empty when not known.</summary>
    public IReadOnlyList<SocketOwner> ListenersOn(ushort port) => Listeners.GetValueOrDefault(port) ?? [];

    /// <summary>Something counted, a second; null when not counted.</summary>
    public double? PerSecond(long? counted) => counted is { } count && Interval > TimeSpan.Zero ? count / Interval.TotalSeconds : null;
}
