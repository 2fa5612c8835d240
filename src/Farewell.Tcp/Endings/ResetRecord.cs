namespace Farewell.Tcp.Endings;

/// <summary>The first reset that was seen, and what its claimed sender and its receiver did afterwards.</summary>
internal struct ResetRecord
{
    public Side By;
    public Segment Segment;

    /// <summary>The other side aborted too, before it knew of this reset.</summary>
    public bool Crossed;

    /// <summary>Its claimed sender went on with new data, a FIN or a further acknowledgement.</summary>
    public bool SenderWentOn;

    /// <summary>SEG.SEQ of the reset.</summary>
    public SequenceNumber Sequence => Segment.Sequence;

    /// <summary>A reset without ACK only answers a segment that found no connection (RFC 9293 section 3.10.7.1).</summary>
    public readonly bool IsReply => !Segment.IsAck;

    /// <summary>Whether a later segment shows that its sender had not reset the connection: it went further than ever before. An old
    /// segment that the network repeats shows nothing.</summary>
    public readonly bool IsBelied(in Segment later, in SegmentRecord sender) =>
        (later.End > Segment.Sequence && !(later.End <= sender.Furthest))
        || (later.IsAck && !(later.Acknowledgement <= sender.Acknowledged) && (IsReply || later.Acknowledgement > Segment.Acknowledgement));
}
