using Farewell.Observation.Readings;

namespace Farewell.Observation.Metrics;

/// <summary>A reading that several askers share: taken when asked for and older than a limit. Safe for use by several threads.</summary>
/// <param name="reader">Takes the readings; disposed with this.</param>
/// <param name="maxAge">How old a reading may be; 1 s unless told otherwise.</param>
/// <param name="time">The clock.</param>
public sealed class ReadingCache(MachineReader reader, TimeSpan? maxAge = null, TimeProvider? time = null) : IDisposable
{
    /// <summary>How old a reading may be unless told otherwise: 1 s.</summary>
    public static readonly TimeSpan DefaultMaxAge = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly TimeSpan _maxAge = maxAge ?? DefaultMaxAge;
    private MachineReading? _last;
    private long _taken;

    /// <summary>TIME-WAITs found killed before their time since this was made; grows only while readings are taken, and is a lower bound.</summary>
    public long KilledEarly { get; private set; }

    /// <summary>The last reading, or a new one.</summary>
    /// <exception cref="ObservationException">The kernel refused, or its answer made no sense.</exception>
    public MachineReading Get()
    {
        lock (_gate)
        {
            if (_last is not { } last || _time.GetElapsedTime(_taken) >= _maxAge)
            {
                last = _last = reader.Read();
                _taken = _time.GetTimestamp();
                KilledEarly += last.Counted?.TimeWaitOverflows > 0 ? 0 : last.KilledEarly ?? 0;
            }

            return last;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            reader.Dispose();
        }
    }
}
