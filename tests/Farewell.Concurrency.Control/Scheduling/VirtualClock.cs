namespace Farewell.Concurrency.Control;

/// <summary>A clock that goes on only when nothing can run, or when the strategy lets it; its timers fire as strands.</summary>
public sealed class VirtualClock : TimeProvider
{
    private readonly Run _run;
    private readonly List<Timer> _timers = [];
    private long _ticks = TimeSpan.TicksPerHour;

    internal VirtualClock(Run run) => _run = run;

    /// <summary>Stands in for <see cref="TimeProvider.System"/>.</summary>
    public static new TimeProvider System => Run.Current?.Clock ?? TimeProvider.System;

    /// <summary>Since the run began.</summary>
    public TimeSpan Elapsed => new(_ticks - TimeSpan.TicksPerHour);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    internal bool HasTimers => _timers.Count > 0;

    /// <summary>Whether a timer should have fired.</summary>
    internal bool IsOverdue => _timers.Exists(timer => timer.Due <= _ticks);

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
        {
            throw new NotSupportedException("Nothing here repeats by itself.");
        }

        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes on to the next timer and lets it fire.</summary>
    internal void Advance()
    {
        var next = _timers.MinBy(timer => timer.Due)!;
        _ticks = Math.Max(_ticks, next.Due);
        _timers.Remove(next);
        _run.Begin("timer", next.Callback);
    }

    private sealed class Timer(VirtualClock clock, Action callback) : ITimer
    {
        public long Due { get; private set; }

        public Action Callback => callback;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock._timers.Remove(this);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Due = clock._ticks + dueTime.Ticks;
                clock._timers.Add(this);
            }

            return true;
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
