namespace Farewell.Protocol;

/// <summary>When the deadlines of a close fall. Only a session that opens or ends has them: one that is open holds no such object.</summary>
internal sealed class ClosingTimes
{
    public TimeSpan HandshakeAt { get; set; } = Closing.Never;

    public TimeSpan RefusalAt { get; set; } = Closing.Never;

    public TimeSpan DueAt { get; set; } = Closing.Never;

    public TimeSpan HardAt { get; set; } = Closing.Never;

    public TimeSpan PartAt { get; set; } = Closing.Never;

    /// <summary>How far one step of progress extends what is due.</summary>
    public TimeSpan Span { get; set; }

    /// <summary>When a frame was last written. What was written before any deadline of the close ran would extend none.</summary>
    public TimeSpan ProgressedAt { get; set; } = TimeSpan.MinValue;

    public ClosingTimes Clone() => (ClosingTimes)MemberwiseClone();
}
