namespace Farewell.Tool.Record;

/// <summary>
/// How long to wait for the next sample: the period, or as much longer as keeps the processor time at one part in a hundred. Processor time and not the
/// clock's, or a machine that is overloaded, where a reading waits its turn for long, would hardly be recorded just when it matters.
/// </summary>
internal sealed class RecordPace(TimeSpan period)
{
    // One in a hundred; a reading that takes 20 ms is taken every 2 s.
    private const int Share = 100;

    // What a minute is worth may be spent at once: on the first reading, and on looking at the owners now and then.
    private static readonly TimeSpan Credit = TimeSpan.FromMinutes(1);
    private TimeSpan _owed = -Credit;

    /// <summary>How long to wait after a reading.</summary>
    /// <param name="used">The processor time that it took.</param>
    /// <param name="took">The time that it took.</param>
    public TimeSpan Pause(TimeSpan used, TimeSpan took)
    {
        _owed += (used * Share) - took;
        var regular = took < period ? period - took : TimeSpan.Zero;
        var pause = _owed > regular ? _owed : regular;
        _owed = _owed - pause < -Credit ? -Credit : _owed - pause;
        return pause;
    }
}
