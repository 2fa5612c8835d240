using System.Diagnostics;
using System.Globalization;
using Farewell.Timing;

namespace Farewell.Bench.Measuring;

/// <summary>What it costs to have a deadline each, and to move it.</summary>
internal static class WheelBench
{
    private const int Moves = 2_000_000;
    private const int Rounds = 7;

    public static string Run(int count)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var entries = Enumerable.Range(0, count).Select(static _ => new Entry()).ToArray();
        var entryBytes = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
        before = GC.GetAllocatedBytesForCurrentThread();
        var timers = Enumerable.Range(0, count).Select(static _ => new Timer(static _ => { }, null, Timeout.Infinite, Timeout.Infinite)).ToArray();
        var timerBytes = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
        using var wheel = new DeadlineWheel(TimeProvider.System);
        List<double> ours = [];
        List<double> theirs = [];
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(Measure(i =>
            {
                var entry = entries[i % count];
                wheel.Forget(entry);
                wheel.Wake(entry, wheel.Now + TimeSpan.FromSeconds(30 + i % 30));
            }));
            theirs.Add(Measure(i => timers[i % count].Change(30_000 + i % 30 * 1000, Timeout.Infinite)));
        }

        Array.ForEach(timers, static timer => timer.Dispose());
        return string.Create(CultureInfo.InvariantCulture, $"""
            {count:N0} deadlines, moved {Moves:N0} times a round, medians of {Rounds} interleaved rounds
            | | ns a move | B each |
            |---|---|---|
            | wheel | {ours.Median():F0} | {entryBytes} (part of the session) |
            | System.Threading.Timer | {theirs.Median():F0} | {timerBytes} |
            """);
    }

    private static double Measure(Action<int> move)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < Moves; i++)
        {
            move(i);
        }

        return Stopwatch.GetElapsedTime(began).TotalNanoseconds / Moves;
    }

    private sealed class Entry : Scheduled
    {
        public override void Tick()
        {
        }
    }
}
