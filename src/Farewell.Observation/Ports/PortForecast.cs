namespace Farewell.Observation.Ports;

/// <summary>
/// When a number of ports is reached at the present rate. TIME-WAITs present give their ports back on the schedule that the table shows, new
/// ones after <see cref="TimeWaitLength.Held"/>; what is opened and not closed never does.
/// </summary>
public static class PortForecast
{
    private const int HorizonSeconds = 24 * 3600;
    private const double Deviations = 3;

    /// <summary>
    /// By how many a second the live connections grow, from two readings; zero where chance explains the difference. Steady churn opens and ends
    /// connections independently, so that their number differs by the root of all that were opened and ended meanwhile: taken for growth, it would run any budget out.
    /// </summary>
    /// <param name="before">The live ones of the reading before.</param>
    /// <param name="now">Those of this one.</param>
    /// <param name="endedPerSecond">Connections a second that end in a TIME-WAIT here.</param>
    /// <param name="interval">How far apart the readings are.</param>
    public static double GrowthPerSecond(int before, int now, double endedPerSecond, TimeSpan interval) =>
        Math.Abs(now - before) > Deviations * Math.Sqrt(2 * endedPerSecond * interval.TotalSeconds) ? (now - before) / interval.TotalSeconds : 0;

    /// <summary>Seconds until so many ports are taken; zero when they are, null when it does not happen within a day.</summary>
    /// <param name="threshold">The number of ports.</param>
    /// <param name="live">Connections not in TIME-WAIT now.</param>
    /// <param name="returns">When the TIME-WAITs of now expire.</param>
    /// <param name="endedPerSecond">Connections a second that end in a TIME-WAIT here.</param>
    /// <param name="livePerSecond">By how many a second the live ones grow; may be negative.</param>
    /// <param name="held">How long a TIME-WAIT keeps its port.</param>
    public static double? SecondsUntil(
        int threshold, int live, in ReturnSchedule returns, double endedPerSecond, double livePerSecond, TimeSpan held)
    {
        var slack = (TimeWaitLength.Held - TimeWaitLength.Nominal).TotalSeconds;
        var present = returns.Within(int.MaxValue);
        var before = 0.0;
        var (due, passed) = (0, 0);
        for (var second = 0; second <= HorizonSeconds; second++)
        {
            for (; passed < (int)(second - slack); passed++)
            {
                due += returns.At(passed);
            }

            var expired = held < TimeWaitLength.Nominal && second >= held.TotalSeconds ? present : due;
            var taken = live + (livePerSecond * second) + present - expired + (endedPerSecond * Math.Min(second, held.TotalSeconds));
            if (taken >= threshold)
            {
                return second == 0 ? 0 : second - 1 + Math.Clamp((threshold - before) / Math.Max(taken - before, 1e-9), 0, 1);
            }

            if (second > 2 * TimeWaitLength.Held.TotalSeconds)
            {
                // All that was present is over and as much expires as begins: from here on only the live ones grow, in a straight line.
                var reached = livePerSecond <= 0 ? double.PositiveInfinity : second + ((threshold - taken) / livePerSecond);
                return reached <= HorizonSeconds ? reached : null;
            }

            before = taken;
        }

        return null;
    }
}
