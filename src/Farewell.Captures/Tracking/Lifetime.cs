using Farewell.Tcp;

namespace Farewell.Captures.Tracking;

/// <summary>What must be known of a connection to tell its own SYN from the SYN of a next one on the same four-tuple.</summary>
internal struct Lifetime
{
    private SequenceNumber _localInitial;
    private SequenceNumber _remoteInitial;
    private bool _localInitialKnown;
    private bool _remoteInitialKnown;
    private bool _localFin;
    private bool _remoteFin;
    private bool _answered;
    private bool _reset;

    /// <summary>A SYN that fits no initial number of this connection and waits for an answer that tells whose it is.</summary>
    public SynAwaitingAnswer? Awaiting;

    /// <summary>Whether nothing of the connection is left that could refuse a new one: a reset was seen, or a FIN each way.</summary>
    public readonly bool HasEnded => _reset || (_localFin && _remoteFin);

    /// <summary>Whether only one side has sent its FIN.</summary>
    public readonly bool IsHalfClosed => _localFin != _remoteFin;

    /// <summary>Whether anything but first SYNs was seen: then a side may hold it to be established.</summary>
    public readonly bool WasAnswered => _answered;

    /// <summary>Whether <paramref name="number"/> cannot be the initial number of <paramref name="from"/>; false when that is not known and
    /// the connection lives.</summary>
    public readonly bool IsForeign(Side from, SequenceNumber number)
    {
        var (known, initial) = from == Side.Local ? (_localInitialKnown, _localInitial) : (_remoteInitialKnown, _remoteInitial);
        return known ? initial != number : _answered || HasEnded;
    }

    /// <summary>Learns from a segment of this connection.</summary>
    public void Take(TimeSpan at, Side from, in Segment segment)
    {
        if (segment.IsSyn && IsForeign(from, segment.Sequence))
        {
            return;
        }

        if (segment.IsSyn)
        {
            Learn(from, segment.Sequence);
            if (segment.IsAck)
            {
                // A SYN-ACK may be captured before the SYN it answers.
                Learn(from.Other(), segment.Acknowledgement - 1);
            }
        }

        _answered |= !segment.IsSyn || segment.IsAck;
        _reset |= segment.IsReset;
        if (segment.IsFin && from == Side.Local)
        {
            _localFin = true;
        }
        else if (segment.IsFin)
        {
            _remoteFin = true;
        }
    }

    private void Learn(Side side, SequenceNumber initial)
    {
        if (side == Side.Local && !_localInitialKnown)
        {
            (_localInitial, _localInitialKnown) = (initial, true);
        }
        else if (side == Side.Remote && !_remoteInitialKnown)
        {
            (_remoteInitial, _remoteInitialKnown) = (initial, true);
        }
    }
}

/// <summary>A SYN on a connection that seems to live. Rare, so it costs an object instead of room in every connection.</summary>
internal sealed record SynAwaitingAnswer(TimeSpan At, Side From, Segment Segment)
{
    /// <summary>Whether a segment accepts or refuses this SYN: a live connection would have answered with a challenge ACK (RFC 9293 section
    /// 3.10.7.4).</summary>
    public bool IsAnsweredBy(Side from, in Segment segment) =>
        from != From && segment.IsAck && (segment.IsSyn || segment.IsReset) && segment.Acknowledgement == Segment.Sequence + 1;
}
