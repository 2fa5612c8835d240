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

    /// <summary>Whether <paramref name="number"/> is known to be the initial number of <paramref name="side"/>.</summary>
    public readonly bool IsInitial(Side side, SequenceNumber number) => Initial(side) == number;

    /// <summary>
    /// Whether a segment with SYN cannot be of this connection: its number, or the one that it acknowledges, is another than the one known,
    /// or none is known and the connection is past its beginning.
    /// </summary>
    public readonly bool IsForeign(Side from, in Segment syn)
    {
        if (Initial(from) is { } own)
        {
            return own != syn.Sequence;
        }

        return syn.IsAck && Initial(from.Other()) is { } acknowledged
            ? acknowledged != syn.Acknowledgement - 1
            : _answered || HasEnded;
    }

    /// <summary>Learns from a segment.</summary>
    /// <returns>False when it is a SYN that cannot be of this connection, which then says nothing about it.</returns>
    public bool Take(Side from, in Segment segment)
    {
        if (segment.IsSyn && IsForeign(from, segment))
        {
            return false;
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

        return true;
    }

    private readonly SequenceNumber? Initial(Side side) =>
        side == Side.Local ? (_localInitialKnown ? _localInitial : null) : (_remoteInitialKnown ? _remoteInitial : null);

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
