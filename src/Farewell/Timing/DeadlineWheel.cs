using System.Diagnostics;
using Farewell.Linux;

namespace Farewell.Timing;

/// <summary>
/// Wakes many at coarse times by one timer: a ring of slots, each a list of entries. An entry far in the future is looked at once a turn.
/// Nobody is woken early by <see cref="Now"/>; late by one slot at most, and by what the timer is late.
/// </summary>
internal sealed class DeadlineWheel : IDisposable
{
    /// <summary>The time of a slot. Deadlines of the protocol are 100 ms and longer.</summary>
    public static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(10);

    private const int Slots = 512;

    private readonly Lock _gate = new();
    private readonly Scheduled?[] _slots = new Scheduled?[Slots];
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;

    private readonly bool _isCoarse;

    // The system's own clock, whose unit is a whole part of a tick nearly everywhere, is asked without the detour over doubles.
    private readonly long _ticksDivisor;
    private List<Scheduled>? _spare = [];
    private long _turnedTo;
    private long _wakesAt = long.MaxValue;
    private bool _disposed;

    public DeadlineWheel(TimeProvider clock)
    {
        _clock = clock;
        _isCoarse = clock == TimeProvider.System && OperatingSystem.IsLinux() && Environment.Is64BitProcess;
        _ticksDivisor = clock == TimeProvider.System && Stopwatch.Frequency % TimeSpan.TicksPerSecond == 0 ? Stopwatch.Frequency / TimeSpan.TicksPerSecond : 0;
        _turnedTo = Now.Ticks / Slot.Ticks;
        _timer = clock.CreateTimer(static wheel => ((DeadlineWheel)wheel!).Turn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// The time as deadlines count it, from a fixed origin on a clock that never goes back. It is asked for several times a message; on Linux it goes by the kernel's ticks, 1 to 10 ms, which is a third of
    /// the cost, and so is behind <see cref="Exact"/> by up to one of them: a deadline that is set from it may be early by as much.
    /// </summary>
    public TimeSpan Now => _isCoarse && OperatingSystem.IsLinux() ? Libc.CoarseTime : Exact;

    /// <summary>The exact time from the same origin: for what is measured, and never for a deadline.</summary>
    public TimeSpan Exact => _ticksDivisor > 0 ? new TimeSpan(Stopwatch.GetTimestamp() / _ticksDivisor) : _clock.GetElapsedTime(0);

    /// <summary>Wakes an entry at a time, instead of any later one asked for before. An earlier one stands.</summary>
    public void Wake(Scheduled entry, TimeSpan at)
    {
        lock (_gate)
        {
            if (at >= entry.DueAt || _disposed)
            {
                return;
            }

            Remove(entry);
            var tick = Math.Max((at.Ticks + Slot.Ticks - 1) / Slot.Ticks, _turnedTo + 1);
            (entry.DueAt, entry.Slot) = (at, (int)(tick & (Slots - 1)));
            ref var head = ref _slots[entry.Slot];
            (entry.Next, entry.Previous) = (head, null);
            head?.Previous = entry;
            head = entry;

            // An entry further away than a turn is looked at, and left, once a turn.
            WakeAt(Math.Min(tick, _turnedTo + Slots));
        }
    }

    /// <summary>Forgets an entry.</summary>
    public void Forget(Scheduled entry)
    {
        lock (_gate)
        {
            Remove(entry);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }

    private void Turn()
    {
        var due = Interlocked.Exchange(ref _spare, null) ?? [];
        lock (_gate)
        {
            var now = Now;
            var tick = now.Ticks / Slot.Ticks;
            for (var passed = Math.Max(_turnedTo + 1, tick - Slots + 1); passed <= tick; passed++)
            {
                for (var entry = _slots[passed & (Slots - 1)]; entry is not null;)
                {
                    var next = entry.Next;
                    if (entry.DueAt <= now)
                    {
                        Remove(entry);
                        due.Add(entry);
                    }

                    entry = next;
                }
            }

            (_turnedTo, _wakesAt) = (tick, long.MaxValue);
            for (var ahead = 1; ahead <= Slots; ahead++)
            {
                if (_slots[(tick + ahead) & (Slots - 1)] is not null)
                {
                    WakeAt(tick + ahead);
                    break;
                }
            }
        }

        foreach (var entry in due)
        {
            entry.Tick();
        }

        due.Clear();
        _spare = due;
    }

    private void WakeAt(long tick)
    {
        if (tick < _wakesAt && !_disposed)
        {
            _wakesAt = tick;
            var wait = new TimeSpan(tick * Slot.Ticks) - Now;
            wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
            _timer.Change(_clock == TimeProvider.System ? Rounded(wait) : wait, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The system's timers drop what is less than a millisecond, and would fire again and again until the coarse clock gets there.</summary>
    private static TimeSpan Rounded(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));

    private void Remove(Scheduled entry)
    {
        if (entry.DueAt == TimeSpan.MaxValue)
        {
            return;
        }

        if (entry.Previous is { } previous)
        {
            previous.Next = entry.Next;
        }
        else
        {
            _slots[entry.Slot] = entry.Next;
        }

        entry.Next?.Previous = entry.Previous;
        (entry.Next, entry.Previous, entry.DueAt) = (null, null, TimeSpan.MaxValue);
    }
}
