using Farewell.Captures.Tracking;
using Farewell.Tcp;

namespace Farewell.Captures;

/// <summary>Where each side's numbers begin in a ladder, and which segments repeat what was sent.</summary>
internal sealed class LadderOrigins
{
    private readonly SequenceNumber?[] _origins = new SequenceNumber?[2];
    private readonly bool[] _repeats;

    public LadderOrigins(IReadOnlyList<TimedSegment> segments)
    {
        foreach (var item in segments.Where(item => item.Segment.IsSyn))
        {
            _origins[(int)item.From] ??= item.Segment.Sequence;
        }

        foreach (var item in segments)
        {
            _origins[(int)item.From] ??= item.Segment.Sequence - 1;
            if (item.Segment.IsAck)
            {
                _origins[(int)item.From.Other()] ??= item.Segment.Acknowledgement - 1;
            }
        }

        _repeats = new bool[segments.Count];
        var sent = new SequenceNumber?[2];
        for (var index = 0; index < segments.Count; index++)
        {
            var (from, segment) = ((int)segments[index].From, segments[index].Segment);
            var occupies = segment.End != segment.Sequence;
            _repeats[index] = occupies && sent[from] is { } highest && segment.End <= highest;
            if (occupies && !_repeats[index])
            {
                sent[from] = segment.End;
            }
        }
    }

    /// <summary>A number counted from where its side's numbers begin; negative when it lies before.</summary>
    public int Relative(Side side, SequenceNumber number) => number - (_origins[(int)side] ?? number);

    /// <summary>Whether the segment at <paramref name="index"/> occupies sequence space, and none that its side had not used
    /// before.</summary>
    public bool IsRetransmission(int index) => _repeats[index];
}
