using System.Runtime.CompilerServices;

namespace Farewell.Observation.Ports;

/// <summary>
/// When TIME-WAITs expire, and so when they began: how many have so much time left, in steps of <see cref="StepSeconds"/>. One reading of the
/// table is a record of its last minute.
/// </summary>
public struct ReturnSchedule
{
    /// <summary>The width of a step, 1 s.</summary>
    public const int StepSeconds = 1;

    private const int Steps = 61;
    private Values _steps;

    /// <summary>Counts one TIME-WAIT.</summary>
    public void Add(TimeSpan timeLeft) => _steps[Step(timeLeft)]++;

    /// <summary>Adds many that are known by their second: 0 to 60 whole seconds left.</summary>
    public void Add(int secondsLeft, int count) => _steps[Math.Clamp(secondsLeft, 0, Steps - 1)] += count;

    /// <summary>Adds another schedule to this one.</summary>
    public void Add(in ReturnSchedule other)
    {
        for (var step = 0; step < Steps; step++)
        {
            _steps[step] += other._steps[step];
        }
    }

    /// <summary>How many expire in one second, 0 the next; none after 60.</summary>
    public readonly int At(int second) => second is >= 0 and < Steps ? _steps[second] : 0;

    /// <summary>How many expire within so many seconds from now, 0 to 61 (timer slack, up to 2 s, not counted).</summary>
    public readonly int Within(int seconds)
    {
        var expiring = 0;
        for (var step = 0; step < Math.Min(seconds, Steps); step++)
        {
            expiring += _steps[step];
        }

        return expiring;
    }

    /// <summary>How many began within the last so many seconds, 1 to 60.</summary>
    public readonly int BegunWithin(int seconds)
    {
        var begun = 0;
        for (var step = Math.Max(0, Steps - 1 - seconds); step < Steps; step++)
        {
            begun += _steps[step];
        }

        return begun;
    }

    // 60 s exactly and the second below it are the newest whole second: the kernel counts down from 60,000 ms.
    private static int Step(TimeSpan timeLeft) => (int)Math.Clamp(timeLeft.Ticks / TimeSpan.TicksPerSecond, 0, Steps - 1);

    [InlineArray(Steps)]
    private struct Values
    {
        private int _first;
    }
}
