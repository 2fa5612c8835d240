using Farewell.Tcp;

namespace Farewell.Observation.Ports;

/// <summary>Turns what was counted into budgets. Pure.</summary>
public static class PortBudgets
{
    // The rate comes from the TIME-WAITs of the last so many seconds.
    private const int RateSeconds = 10;

    /// <summary>One budget for each source and destination, the fullest first.</summary>
    /// <param name="uses">What is held.</param>
    /// <param name="range">The ephemeral ports.</param>
    /// <param name="heldByBind">Ports of the range held by listeners and idle bound sockets, and how many of those are of the first half.</param>
    /// <param name="reuse">The rules of <c>tcp_tw_reuse</c> here.</param>
    /// <param name="knownBound">Live ports bound by number towards a destination, as the kernel tells; null for none.</param>
    /// <param name="livePerSecond">By how many a second the live connections to a destination grow; null for not at all.</param>
    public static IReadOnlyList<PortBudget> Of(
        ReadOnlySpan<DialledUse> uses,
        PortRange range,
        (int All, int OfFirstHalf) heldByBind,
        TimeWaitReuse reuse,
        Func<Endpoint, Endpoint, int>? knownBound = null,
        Func<Endpoint, Endpoint, double>? livePerSecond = null)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(reuse);
        var bound = new int[uses.Length];
        var allBound = 0;
        for (var at = 0; at < uses.Length; at++)
        {
            bound[at] = BoundPorts.Infer(uses[at], range, knownBound?.Invoke(uses[at].Source, uses[at].Destination) ?? 0);
            allBound += bound[at];
        }

        var budgets = new List<PortBudget>(uses.Length);
        for (var at = 0; at < uses.Length; at++)
        {
            var elsewhere = allBound - bound[at];
            budgets.Add(Of(uses[at], range, heldByBind, reuse, bound[at], elsewhere,
                livePerSecond?.Invoke(uses[at].Source, uses[at].Destination) ?? 0));
        }

        budgets.Sort(static (left, right) => (right.Share, right.InUse).CompareTo((left.Share, left.InUse)));
        return budgets;
    }

    /// <summary>TIME-WAITs begun a second, from one reading: those of the last 10 s, or of as many seconds as there have been any.</summary>
    public static double RatePerSecond(in ReturnSchedule returns)
    {
        for (var seconds = RateSeconds; seconds > 1; seconds--)
        {
            if (returns.BegunWithin(seconds) > returns.BegunWithin(seconds - 1))
            {
                // The newest step is one second wide only after it has passed: half of it has, on average.
                return seconds == RateSeconds ? returns.BegunWithin(RateSeconds) / (double)RateSeconds : returns.BegunWithin(seconds) / (seconds - 0.5);
            }
        }

        return returns.BegunWithin(1);
    }

    private static int Younger(in ReturnSchedule returns, TimeSpan age) => age < TimeSpan.FromSeconds(1)
        ? (int)(returns.BegunWithin(1) * age.TotalSeconds)
        : returns.BegunWithin((int)Math.Min(60, Math.Ceiling(age.TotalSeconds)));

    private static PortBudget Of(
        in DialledUse use, PortRange range, (int All, int OfFirstHalf) held, TimeWaitReuse reuse, int bound, int boundElsewhere, double livePerSecond)
    {
        var limit = Math.Max(0, range.Usable - held.All - boundElsewhere);
        // Ports bound elsewhere lie in the second half as long as there are any there.
        var ofSecondHalf = Math.Min(boundElsewhere, range.Usable - range.FirstHalf);
        var cliff = Math.Max(0, range.FirstHalf - held.OfFirstHalf - (boundElsewhere - ofSecondHalf));
        var reuses = reuse.Permits(use.Source, use.Destination);
        var hold = reuses ? reuse.Delay : TimeWaitLength.Held;
        var rate = RatePerSecond(use.Returns);
        var live = use.InRange - use.States[TcpState.TimeWait];
        var timeWait = Math.Min(use.States[TcpState.TimeWait], use.InRange);
        return new()
        {
            Source = use.Source,
            Destination = use.Destination,
            Limit = limit,
            InUse = use.InRange,
            TimeWait = timeWait,
            HeldFor = hold,
            Reusable = reuses ? Math.Max(0, timeWait - Younger(use.Returns, hold)) : 0,
            CliffAt = cliff,
            Bound = bound,
            States = use.States,
            ReusesTimeWaits = reuses,
            PerSecond = rate + Math.Max(0, livePerSecond),
            SecondsToCliff = reuses ? null : PortForecast.SecondsUntil(cliff, live, use.Returns, rate, livePerSecond, hold),
            SecondsToExhaustion = reuses
                ? PortForecast.SecondsUntil(limit, live, default, rate, livePerSecond, hold)
                : PortForecast.SecondsUntil(limit, live, use.Returns, rate, livePerSecond, hold),
            Returns = use.Returns,
        };
    }
}
