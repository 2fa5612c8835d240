namespace Farewell.Tcp.Tests.Endings;

/// <summary>One end of a <see cref="ModelConnection"/>: RFC 9293 as far as endings need it, with Linux's unheld FIN.</summary>
internal sealed class ModelEndpoint(uint initialSequence)
{
    private SequenceNumber _next = new(initialSequence);
    private SequenceNumber _expected;
    private SequenceNumber _finEnd;
    private bool _finSent;
    private bool _finAcknowledged;
    private bool _closed;
    private bool _unheld;
    private bool _gone;

    public bool AcceptedFin { get; private set; }

    public bool FinFirst { get; private set; }

    public bool EnteredTimeWait { get; private set; }

    public bool SentReset { get; private set; }

    private bool InTimeWait => EnteredTimeWait && !_gone;

    public Segment Syn()
    {
        var syn = new Segment(SegmentFlags.Syn, _next, default, 0);
        _next += 1;
        return syn;
    }

    public Segment SynAck(Segment syn)
    {
        _expected = syn.End;
        var answer = new Segment(SegmentFlags.Syn | SegmentFlags.Ack, _next, _expected, 0);
        _next += 1;
        return answer;
    }

    public void TakeSynAck(Segment synAck) => _expected = synAck.End;

    public Segment Ack() => new(SegmentFlags.Ack, _next, _expected, 0);

    /// <summary>The endpoint forgets the connection without a word, as after a restart; but not in CLOSING or TIME-WAIT, which no
    /// application can leave and whose silent loss no witness could tell.</summary>
    public void Vanish() => _gone |= !EnteredTimeWait && !(FinFirst && AcceptedFin);

    public IEnumerable<Segment> Send(int length)
    {
        if (_gone || _closed)
        {
            return [];
        }

        var data = new Segment(SegmentFlags.Ack | SegmentFlags.Push, _next, _expected, length);
        _next += length;
        return [data];
    }

    public IEnumerable<Segment> Close(bool unheld)
    {
        if (_gone || _closed)
        {
            return [];
        }

        _closed = _finSent = true;
        _unheld = unheld;
        FinFirst = !AcceptedFin;
        var fin = new Segment(SegmentFlags.Fin | SegmentFlags.Ack, _next, _expected, 0);
        _next += 1;
        _finEnd = _next;
        return [fin];
    }

    public IEnumerable<Segment> Abort()
    {
        if (_gone || EnteredTimeWait)
        {
            return [];
        }

        _gone = SentReset = true;
        return [new Segment(SegmentFlags.Reset | SegmentFlags.Ack, _next, _expected, 0)];
    }

    public IEnumerable<Segment> Take(Segment segment)
    {
        if (segment.IsReset)
        {
            _gone |= segment.Sequence == _expected;
            return [];
        }

        if (_gone)
        {
            return Refuse(segment);
        }

        if (InTimeWait)
        {
            return segment.Sequence == _expected && segment.End == _expected ? [] : [Ack()];
        }

        if (segment.Sequence < _expected)
        {
            return segment.End == segment.Sequence ? [] : [Ack()];
        }

        _finAcknowledged |= _finSent && segment.IsAck && segment.Acknowledgement >= _finEnd;
        if ((_finAcknowledged && _unheld && !AcceptedFin) || (_closed && segment.Length > 0))
        {
            _gone = true;
            return Refuse(segment);
        }

        _expected = segment.End;
        AcceptedFin |= segment.IsFin;
        if (_finAcknowledged && AcceptedFin)
        {
            EnteredTimeWait = FinFirst;
            _gone = !FinFirst;
        }

        return segment.End == segment.Sequence ? [] : [Ack()];
    }

    private IEnumerable<Segment> Refuse(Segment segment)
    {
        SentReset = true;
        return [new Segment(SegmentFlags.Reset, segment.Acknowledgement, default, 0)];
    }
}
