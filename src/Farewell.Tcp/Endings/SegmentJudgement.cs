namespace Farewell.Tcp.Endings;

/// <summary>
/// The part of the judgement that rests on segments. Order is taken from sequence and acknowledgement numbers, not from the clock,
/// wherever they tell: two vantages of one connection see different orders of crossing segments, and the same numbers.
/// </summary>
internal static class SegmentJudgement
{
    public static Judgement Of(in SegmentRecord local, in SegmentRecord remote, ResetRecord? reset, Assumptions assumptions)
    {
        var judgement = new Judgement { ClosedFirst = First(local, remote), ResetBy = ResetBy.None, ResetAt = ResetAt.None };
        if (reset is { } seen)
        {
            var (sender, receiver) = seen.By == Side.Local ? (local, remote) : (remote, local);
            ByReset(ref judgement, seen, sender, receiver);
        }
        else
        {
            judgement.How = Accepted(local, remote) == true && Accepted(remote, local) == true ? How.Orderly : How.Open;
        }

        if (judgement.How == How.Open && !local.FinSeen && !remote.FinSeen)
        {
            var unseen = local.HasUnseen(remote) || remote.HasUnseen(local);
            judgement.ClosedFirst = unseen ? ClosedFirst.Unknown : ClosedFirst.None;
            judgement.LocalHolds = judgement.RemoteHolds = unseen ? null : false;
        }

        WhoHolds(ref judgement, Side.Local, local, remote, reset);
        WhoHolds(ref judgement, Side.Remote, remote, local, reset);
        if (reset is { } last)
        {
            Assassinate(ref judgement, last, last.By == Side.Local ? local : remote, assumptions);
        }

        return judgement;
    }

    /// <summary>Who closed first by the FINs and what their acknowledgements show.</summary>
    private static ClosedFirst First(in SegmentRecord local, in SegmentRecord remote)
    {
        if (local.FinSeen && remote.FinSeen)
        {
            if (local.FinAcknowledgement is not { } localKnew || remote.FinAcknowledgement is not { } remoteKnew)
            {
                return ClosedFirst.Unknown;
            }

            return (localKnew >= remote.FinEnd, remoteKnew >= local.FinEnd) switch
            {
                (false, false) => ClosedFirst.Both,
                (false, true) when !remote.FinSeenLate => ClosedFirst.Local,
                (true, false) when !local.FinSeenLate => ClosedFirst.Remote,
                _ => ClosedFirst.Unknown,
            };
        }

        return (local.FinSeen && remote.AcknowledgedFinWhileOpen, remote.FinSeen && local.AcknowledgedFinWhileOpen) switch
        {
            (true, _) => ClosedFirst.Local,
            (_, true) => ClosedFirst.Remote,
            _ => ClosedFirst.Unknown,
        };
    }

    /// <summary>Whether <paramref name="side"/> accepted the other side's FIN; null when the evidence does not tell.</summary>
    private static bool? Accepted(in SegmentRecord side, in SegmentRecord other)
    {
        if (other.FinSeen)
        {
            return side.Acknowledged is { } acknowledged ? acknowledged >= other.FinEnd : null;
        }

        return other.HasUnseen(side) ? null : false;
    }

    private static void ByReset(ref Judgement judgement, in ResetRecord reset, in SegmentRecord sender, in SegmentRecord receiver)
    {
        judgement.ResetBy = ResetBy.Unknown;
        if (!reset.Crossed && !(reset.IsReply && !sender.FinSeen && (sender.Established || receiver.Established)))
        {
            judgement.SetResetBy(reset.By);
        }

        if (reset.SenderWentOn)
        {
            // If the other side's connection is gone, the reset came from between; if not, it was ignored, and the end is still to come.
            judgement.ResetBy = reset.Crossed ? ResetBy.Path : ResetBy.Unknown;
            judgement.ResetAt = ResetAt.Unknown;
            judgement.How = reset.Crossed ? How.Reset : How.Unknown;
            return;
        }

        if (!sender.Established && !receiver.Established)
        {
            BeforeItBegan(ref judgement, reset, sender, receiver);
            return;
        }

        if (reset.Sequence > sender.Furthest)
        {
            // It stands beyond all that was seen of its sender: something is unseen, or it fits no window and counts for nothing.
            judgement.ResetAt = ResetAt.Unknown;
            judgement.How = Accepted(sender, receiver) == true && Accepted(receiver, sender) == true ? How.Orderly : How.Unknown;
            return;
        }

        var sent = SentOwnFin(reset, sender);
        var accepted = AcceptedFin(reset, sender, receiver);
        judgement.ResetAt = (sent, accepted) switch
        {
            _ when reset.Crossed => ResetAt.Unknown,
            (null, _) or (_, null) => ResetAt.Unknown,
            (true, true) => ResetAt.After,
            (false, false) => ResetAt.Before,
            _ => ResetAt.Between,
        };
        judgement.How = (sent, accepted) switch
        {
            (false, _) or (_, false) => How.Reset,
            (true, true) => receiver.Acknowledged >= sender.FinEnd ? How.Orderly : How.Unknown,
            _ => How.Unknown,
        };
        judgement.ClosedFirst = FirstBeforeReset(judgement.ClosedFirst, reset, sent, accepted, sender, receiver);
    }

    private static ClosedFirst FirstBeforeReset(
        ClosedFirst byFins, in ResetRecord reset, bool? sent, bool? accepted, in SegmentRecord sender, in SegmentRecord receiver)
    {
        if (byFins != ClosedFirst.Unknown || (sender.FinSeen && receiver.FinSeen))
        {
            return byFins;
        }

        var (senderFirst, receiverFirst) = reset.By == Side.Local
            ? (ClosedFirst.Local, ClosedFirst.Remote)
            : (ClosedFirst.Remote, ClosedFirst.Local);
        return (sent, accepted) switch
        {
            (true, false) when !reset.Crossed && !receiver.FinSeen && !receiver.HasUnseen(sender) => senderFirst,
            (false, true) when !reset.Crossed => receiverFirst,
            (false, false) when !receiver.FinSeen && !receiver.HasUnseen(sender) => ClosedFirst.None,
            _ => ClosedFirst.Unknown,
        };
    }

    private static void BeforeItBegan(ref Judgement judgement, in ResetRecord reset, in SegmentRecord sender, in SegmentRecord receiver)
    {
        if (!sender.SynSeen && !receiver.SynSeen)
        {
            return;
        }

        judgement.ResetAt = ResetAt.Before;
        if (sender.SynSeen)
        {
            judgement.How = How.Reset;
        }
        else if (reset.Segment.IsAck && reset.Sequence.Value == 0)
        {
            // RFC 9293 section 3.10.7.1: the answer to a SYN that finds no listener has SEQ 0 and acknowledges the SYN.
            judgement.How = How.Refused;
        }
        else
        {
            return;
        }

        judgement.ClosedFirst = ClosedFirst.None;
        judgement.NobodyHolds();
    }

    /// <summary>Whether the reset's sender had sent its own FIN.</summary>
    private static bool? SentOwnFin(in ResetRecord reset, in SegmentRecord sender)
    {
        if (sender.FinSeen)
        {
            return reset.IsReply || reset.Sequence >= sender.FinEnd ? true : null;
        }

        // A reply shows only that the connection is gone on that side, not how it went.
        return !reset.IsReply && sender.DataEnd is { } end && reset.Sequence <= end && !(sender.Furthest > end) ? false : null;
    }

    /// <summary>Whether the reset's sender had accepted the FIN of the other side.</summary>
    private static bool? AcceptedFin(in ResetRecord reset, in SegmentRecord sender, in SegmentRecord receiver)
    {
        if (receiver.FinSeen)
        {
            if (sender.Acknowledged >= receiver.FinEnd || (!reset.IsReply && reset.Segment.Acknowledgement >= receiver.FinEnd))
            {
                return true;
            }

            // After crossing FINs a connection can be deleted in CLOSING with no word (RFC 9293 section 3.10.5).
            var crossed = sender.FinSeen && !(receiver.FinAcknowledgement >= sender.FinEnd);
            return reset.IsReply && crossed ? null : false;
        }

        if (reset.IsReply)
        {
            // A side that had accepted a FIN would have acknowledged it before it forgot the connection.
            return receiver.HasUnseen(sender) ? null : false;
        }

        return receiver.DataEnd is { } end && reset.Segment.Acknowledgement <= end && !(sender.Acknowledged > end) ? false : null;
    }

    private static void WhoHolds(ref Judgement judgement, Side side, in SegmentRecord own, in SegmentRecord other, in ResetRecord? reset)
    {
        if (judgement.Holds(side) is not null)
        {
            return;
        }

        judgement.SetHolds(side, judgement.How switch
        {
            How.Reset or How.Refused => false,
            How.Orderly or How.Open when judgement.ClosedFirst is ClosedFirst.Local or ClosedFirst.Remote && !judgement.IsFirst(side) => false,
            // A side that answers with a reset holds none any more; whether it ever did, the segments do not tell.
            How.Orderly when judgement.IsFirst(side) && reset?.By != side =>
                own.Acknowledged >= other.FinEnd && other.Acknowledged >= own.FinEnd ? true : null,
            _ => null,
        });
    }

    /// <summary>RFC 1337: a reset that fits exactly ends the TIME-WAIT of a side that follows RFC 793 to the letter.</summary>
    private static void Assassinate(ref Judgement judgement, in ResetRecord reset, in SegmentRecord sender, Assumptions assumptions)
    {
        if (judgement.ResetAt == ResetAt.After && judgement.Holds(reset.By.Other()) == true && reset.Sequence == sender.FinEnd)
        {
            judgement.Cut = assumptions.ResetEndsTimeWait switch
            {
                true => TimeWaitCut.Assassination,
                false => TimeWaitCut.None,
                null => TimeWaitCut.Unknown,
            };
        }
    }
}
