namespace Farewell.Timing;

/// <summary>Something that wants to be woken at a time. It is its own entry in the wheel, so waiting allocates nothing.</summary>
internal abstract class Scheduled
{
    internal Scheduled? Next { get; set; }

    internal Scheduled? Previous { get; set; }

    /// <summary>The slot it is in.</summary>
    internal int Slot { get; set; }

    /// <summary>When it is due, on the wheel's clock; <see cref="TimeSpan.MaxValue"/> while it is in no slot.</summary>
    internal TimeSpan DueAt { get; set; } = TimeSpan.MaxValue;

    /// <summary>The time has come; called on the wheel's thread, which it must not keep.</summary>
    public abstract void Tick();
}
