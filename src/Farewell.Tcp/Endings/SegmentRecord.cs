namespace Farewell.Tcp.Endings;

/// <summary>What the segments of one side have shown so far. Bounded, whatever the length of the connection.</summary>
internal struct SegmentRecord
{
    public bool SynSeen;
    public SequenceNumber InitialSequence;

    /// <summary>A segment other than a SYN or a reset was seen.</summary>
    public bool Established;

    /// <summary>Where the side's FIN would stand: after its SYN and all data that was seen.</summary>
    public SequenceNumber? DataEnd;

    /// <summary>The furthest the side was seen to have got in its own sequence space, a pure acknowledgement's SEQ counted.</summary>
    public SequenceNumber? Furthest;

    /// <summary>The furthest it acknowledged, by segments other than resets.</summary>
    public SequenceNumber? Acknowledged;

    public bool FinSeen;
    public SequenceNumber FinEnd;

    /// <summary>The smallest acknowledgement on any transmission of its FIN: that of the first one.</summary>
    public SequenceNumber? FinAcknowledgement;

    /// <summary>Something showed that its FIN had been sent before the first one that was seen.</summary>
    public bool FinSeenLate;

    /// <summary>A segment of it acknowledged the other side's FIN at a moment when its own FIN had certainly not been sent.</summary>
    public bool AcknowledgedFinWhileOpen;

    public bool DataAfterOtherFin;

    /// <summary>Whether it got further than what was seen of it, or the other side acknowledged more: some of it is unseen.</summary>
    public readonly bool HasUnseen(in SegmentRecord other)
    {
        if (DataEnd is not { } known)
        {
            return true;
        }

        var end = FinSeen ? FinEnd : known;
        return Furthest > end || other.Acknowledged > end;
    }

    /// <summary>
    /// Whether a segment cannot be of this connection: a SYN with another initial number, or places in both sides' sequence space that no
    /// window reaches (RFC 7323 section 2.3: at most 2^30 octets). One of them alone may only be a long stretch that was not seen.
    /// </summary>
    public readonly bool IsForeign(in Segment segment, in SegmentRecord other) =>
        segment.IsSyn
            ? SynSeen && segment.Sequence != InitialSequence
            : IsFar(segment.Sequence, Furthest) && (!segment.IsAck || IsFar(segment.Acknowledgement, other.Furthest));

    private static bool IsFar(SequenceNumber number, SequenceNumber? place) =>
        place is { } known && Math.Abs((long)(number - known)) > 1 << 30;

    /// <summary>Takes a segment of this side that is no reset.</summary>
    public void Take(in Segment segment, in SegmentRecord other)
    {
        var isNew = DataEnd is null || segment.DataEnd > DataEnd;
        if (segment.IsSyn && !SynSeen)
        {
            if (IsFar(segment.Sequence, Furthest))
            {
                // What came before belongs to an older connection, which the other side's SYN has found out (RFC 9293 section 3.5.1).
                this = default;
                isNew = true;
            }

            SynSeen = true;
            InitialSequence = segment.Sequence;
        }

        Established |= !segment.IsSyn;
        if (segment.IsAck && other.FinSeen && segment.Acknowledgement >= other.FinEnd && !FinSeen)
        {
            var carriesNewData = segment.Length > 0 && isNew;
            AcknowledgedFinWhileOpen |= carriesNewData || (segment.Length == 0 && segment.Sequence == DataEnd);
            DataAfterOtherFin |= carriesNewData;
        }

        if (segment.IsFin)
        {
            TakeFin(segment, other);
        }

        if ((segment.Length > 0 || segment.IsSyn || segment.IsFin) && isNew)
        {
            DataEnd = segment.DataEnd;
        }

        Furthest = Furthest is { } furthest ? SequenceNumber.Max(furthest, segment.End) : segment.End;
        if (segment.IsAck)
        {
            Acknowledged = Acknowledged is { } acknowledged
                ? SequenceNumber.Max(acknowledged, segment.Acknowledgement)
                : segment.Acknowledgement;
        }
    }

    private void TakeFin(in Segment segment, in SegmentRecord other)
    {
        if (!FinSeen)
        {
            FinSeen = true;
            FinEnd = segment.End;
            FinSeenLate = Furthest >= FinEnd || other.Acknowledged >= FinEnd;
        }

        if (segment.IsAck)
        {
            FinAcknowledgement = FinAcknowledgement is { } first
                ? SequenceNumber.Min(first, segment.Acknowledgement)
                : segment.Acknowledgement;
        }
    }
}
