using Farewell.Tcp;

namespace Farewell.Captures.Tracking;

/// <summary>A segment, when it was seen, and who sent it.</summary>
/// <param name="At">When, from any fixed origin.</param>
/// <param name="From">Who sent it.</param>
/// <param name="Segment">The segment.</param>
public readonly record struct TimedSegment(TimeSpan At, Side From, Segment Segment);
