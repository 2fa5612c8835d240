namespace Farewell.Tcp.Endings;

/// <summary>
/// Judges how one connection ended from close events in the order seen. This is the one function that decides it: the library, the
/// capture reader, the live wire-tap, the lab and the simulator all feed it. It keeps a bounded record, never the events themselves
/// beyond the few that its verdict rests on.
/// </summary>
public sealed class EndingJudge
{
    private const int MostEvidence = 24;

    private readonly List<CloseEvent> _evidence = new(8);
    private SegmentRecord _localSegments;
    private SegmentRecord _remoteSegments;
    private SocketRecord _localSocket;
    private SocketRecord _remoteSocket;
    private ResetRecord? _reset;
    private TimeSpan _lastOrderlyAt;
    private TimeSpan? _reopenedAt;
    private int _order;
    private bool _segmentSeen;

    /// <summary>The verdict on a whole list of evidence.</summary>
    public static Ending Judge(ReadOnlySpan<CloseEvent> evidence, Vantage vantage = Vantage.Unknown, Assumptions assumptions = default)
    {
        var judge = new EndingJudge();
        foreach (ref readonly var item in evidence)
        {
            judge.Observe(item);
        }

        return judge.Verdict(vantage, assumptions);
    }

    /// <summary>Takes one more piece of evidence.</summary>
    public void Observe(in CloseEvent evidence)
    {
        _order++;
        if (evidence.Kind == CloseEventKind.Segment)
        {
            _segmentSeen = true;
            if (evidence.By == Side.Local)
            {
                Take(evidence, ref _localSegments, ref _remoteSegments);
            }
            else
            {
                Take(evidence, ref _remoteSegments, ref _localSegments);
            }

            return;
        }

        if (evidence.Kind == CloseEventKind.Reopened)
        {
            _reopenedAt ??= evidence.At;
        }
        else if (evidence.By == Side.Local)
        {
            _localSocket.Take(evidence, _order);
        }
        else
        {
            _remoteSocket.Take(evidence, _order);
        }

        Keep(evidence);
    }

    /// <summary>The verdict on the evidence so far; it may be asked for at any time, and again after more evidence.</summary>
    public Ending Verdict(Vantage vantage = Vantage.Unknown, Assumptions assumptions = default)
    {
        var sockets = SocketJudgement.Of(_localSocket, _remoteSocket);
        var judgement = sockets;
        if (_segmentSeen)
        {
            judgement = SegmentJudgement.Of(_localSegments, _remoteSegments, _reset, assumptions);
            BelieveTable(ref judgement, Side.Local, _localSocket);
            BelieveTable(ref judgement, Side.Remote, _remoteSocket);
            if (sockets.How == How.TimedOut && judgement.How is How.Open or How.Reset)
            {
                // A socket that gave up was told of no reset: the wire carries at most its own, or a late one from the other side.
                judgement.How = How.TimedOut;
            }

            if (_reset is not null && sockets.How == How.Orderly)
            {
                // That socket had read the end of the stream and was not told of the reset.
                sockets.How = How.Unknown;
            }

            judgement.Fill(sockets);
        }

        return new Ending
        {
            Vantage = vantage,
            ClosedFirst = judgement.ClosedFirst,
            How = judgement.How,
            ResetBy = judgement.ResetBy,
            ResetAt = judgement.ResetAt,
            TimeWait = Held(judgement, assumptions),
            DataAfterFin = _localSegments.DataAfterOtherFin || _remoteSegments.DataAfterOtherFin,
            BeginSeen = _localSegments.SynSeen || _remoteSegments.SynSeen,
            Evidence = [.. _evidence],
        };
    }

    private void Take(in CloseEvent item, ref SegmentRecord sender, ref SegmentRecord receiver)
    {
        var segment = item.Segment;
        if (segment.IsReset)
        {
            TakeReset(item);
            return;
        }

        if (sender.IsForeign(segment, receiver))
        {
            return;
        }

        if (_reset is { } reset)
        {
            if (reset.By == item.By)
            {
                reset.SenderWentOn |= reset.IsBelied(segment, sender);
                _reset = reset;
            }
            else if (reset.SenderWentOn)
            {
                // Both sides went on: the reset was forged, or it missed the window and was ignored (RFC 5961 section 3).
                _reset = null;
            }
        }

        var finBefore = sender.FinSeen;
        var synBefore = sender.SynSeen;
        var acknowledgedBefore = Covers(sender.Acknowledged, receiver);
        sender.Take(segment, receiver);
        var acknowledges = !acknowledgedBefore && Covers(sender.Acknowledged, receiver);
        if (acknowledges || sender.FinSeen != finBefore || sender.SynSeen != synBefore)
        {
            Keep(item);
        }

        if (segment.IsFin || acknowledges)
        {
            _lastOrderlyAt = item.At;
        }
    }

    private void TakeReset(in CloseEvent item)
    {
        if (_reset is { } seen)
        {
            // Nothing answers a reset, so resets in both directions mean that each side was gone before it learnt of the other.
            seen.Crossed |= seen.By != item.By;
            _reset = seen;
        }
        else
        {
            _reset = new ResetRecord
            {
                By = item.By,
                Segment = item.Segment,
            };
            Keep(item);
        }
    }

    private static bool Covers(SequenceNumber? acknowledged, in SegmentRecord other) =>
        other.FinSeen && acknowledged is { } number && number >= other.FinEnd;

    /// <summary>What the kernel shows of TIME-WAIT is believed before what the segments promise.</summary>
    private static void BelieveTable(ref Judgement judgement, Side side, in SocketRecord socket)
    {
        if (socket.SawTimeWait || socket.Overflow)
        {
            judgement.SetHolds(side, true);
            judgement.Cut = socket.Overflow ? TimeWaitCut.Overflow : judgement.Cut;
        }
        else if (socket.LastState == TcpState.Closed)
        {
            if (judgement.Holds(side) != true)
            {
                judgement.SetHolds(side, false);
            }
            else if (judgement.Cut == TimeWaitCut.None)
            {
                judgement.Cut = TimeWaitCut.Unknown;
            }
        }
    }

    private TimeWait Held(in Judgement judgement, Assumptions assumptions)
    {
        var holder = judgement.Holder;
        if (holder is TimeWaitHolder.None or TimeWaitHolder.Unknown)
        {
            return new TimeWait(holder);
        }

        var until = _segmentSeen ? _lastOrderlyAt + assumptions.TimeWaitLength : null;
        var cut = judgement.Cut;
        if (cut == TimeWaitCut.None && _reopenedAt is { } reopened && !(reopened >= until))
        {
            cut = TimeWaitCut.Reuse;
        }

        return new TimeWait(holder, until, cut);
    }

    private void Keep(in CloseEvent item)
    {
        if (_evidence.Count < MostEvidence)
        {
            _evidence.Add(item);
        }
    }
}
