using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>What must come of each frame, judged from what was said before and from nothing else.</summary>
internal sealed partial class Hostile
{
    private static readonly SessionState[] Over = [SessionState.Released, SessionState.Expelling, SessionState.Ended];

    private void Speak(byte[] frame)
    {
        var before = _session.State;
        var isOver = Over.Contains(before);
        var wrong = _speaker.Judge(frame);
        var without = wrong == Violation.None && _speaker.IsWithoutEffect(frame);
        var had = _asks.Count;
        var askIn = _asks.Count > 0 && _asks.Exists(ask => ask.Number == _speaker.AsksMade);
        var open = _speaker.OpenItem;
        var expected = ExpectOfAsk(frame);
        var inHand = _asks.Find(ask => ask.Number == _speaker.AsksMade);
        var (waited, isWriting) = (_session.HasUnsent, _speaker.HeardItem != default);
        _session.Alive(_now);
        var hash = HashOfSession();
        var measured = Measure(frame);
        _lastByte = _now;
        _happened.Clear();
        Feed(frame);
        if (isOver)
        {
            Unless(hash == HashOfSession() && _happened.Count == 0, "what comes after the end changes nothing", $"{frame[0]:x2} in {before}");
            return;
        }

        var changed = hash != HashOfSession();
        if (wrong == Violation.None)
        {
            NoteRoundTrip(measured);
            _lastMessage = BeginsIdle(frame) ? _now : _lastMessage;
            _speaker.Say(frame);
        }

        Settle();
        if (wrong != Violation.None)
        {
            Unless(_session.Cause == Cause.Violation && _session.What == wrong && _session.State is SessionState.Expelling or SessionState.Ended, "what is out of order is a violation, and named",
                $"{frame[0]:x2} in {before} is {wrong} and led to {_session.State}, {_session.Cause}, {_session.What}");
            CheckTelling(before, wrong, waited, isWriting);
            return;
        }

        Unless(_session.Cause != Cause.Violation, "what is in order is no violation", $"{frame[0]:x2} in {before} was {_session.What}");
        if (without)
        {
            var keepsHash = !changed || (frame[1] & 1) != 0 || frame[0] == (byte)FrameType.Part;
            Unless(keepsHash && _happened.Count == 0 && (_narrow || (_said.Count == 0 && _session.State == before)), "what has no effect changes nothing", $"{frame[0]:x2} in {before}: changed {changed}, {_happened.Count} events, said {string.Join(' ', _said)}");
            return;
        }

        if (_narrow && _session.HasOutput)
        {
            return;
        }

        CheckEffect(frame, before, changed, had, askIn, open);
        if (_narrow)
        {
            // What is said now may be the reply to something earlier.
            return;
        }

        if ((frame[1] & (byte)FrameFlags.More) == 0 && (open == FrameType.Ask || (FrameType)frame[0] == FrameType.Ask) && FrameLayout.CarriesPayload((FrameType)frame[0]))
        {
            Unless(expected == 0 ? Has(SessionEventKind.Ask) && !_said.Contains((byte)FrameType.Refused) : !Has(SessionEventKind.Ask) && _refusedFor == (byte)expected,
                "an ask is begun or refused by the rule", $"{before}: {string.Join(' ', _happened)}, refused for {_refusedFor}, expected {expected}");
        }

        if ((FrameType)frame[0] == FrameType.Cancel)
        {
            var isRefused = _said.Contains((byte)FrameType.Refused);
            Unless(isRefused == (inHand.Number != 0 && !inHand.Begun), "a Cancel refuses what was not begun", $"{before}: {inHand}, said {string.Join(' ', _said)}");
        }
    }

    /// <summary>Why an ask that comes whole with this frame must be refused; 0 if it must be handed out.</summary>
    private RefusedReason ExpectOfAsk(byte[] frame)
    {
        var nested = (FrameType)frame[0] == FrameType.Part ? _speaker.OpenNested : (frame[1] & (byte)FrameFlags.Nested) != 0;
        return nested && _asks.Count(ask => ask.Nested) >= _limits.Nested ? RefusedReason.Busy
            : _session.State == SessionState.Dismissing && _now >= _dismissedAt + _limits.Grace * 0.75 ? RefusedReason.Ending
            : !nested && _session.State is SessionState.Leaving or SessionState.Dismissed ? RefusedReason.Ending
            : 0;
    }

    /// <summary>Section 8: a violation is told if it can be at once, by a side that tells, and foreign bytes never.</summary>
    private void CheckTelling(SessionState before, Violation wrong, bool waited, bool isWriting)
    {
        if (wrong == Violation.Foreign)
        {
            Unless(_session.Disposition == Disposition.Reset && _said.Count == 0, "foreign bytes are answered by a reset alone", $"{before}: said {string.Join(' ', _said)}");
        }
        else if (before is SessionState.Open or SessionState.Dismissing or SessionState.Finishing or SessionState.Leaving or SessionState.Dismissed)
        {
            var isTold = _limits.TellViolations && !waited;
            var word = (byte)(_session.Role == Role.Stayer ? FrameType.Dismiss : FrameType.Done);
            var isSaid = isTold && !(isWriting && _session.Role == Role.Leaver);
            Unless(_session.State == (isTold ? SessionState.Expelling : SessionState.Ended) && isSaid == (_said.Count > 0 && _said[^1] == word) && (isSaid || _said.Count == 0),
                "a violation is told if it can be", $"{before}: {_session.State}, said {string.Join(' ', _said)}");
        }
    }

    private void CheckEffect(byte[] frame, SessionState before, bool changed, int had, bool askIn, FrameType open)
    {
        var type = (FrameType)frame[0];
        var whole = (frame[1] & (byte)FrameFlags.More) == 0;
        var payload = type == FrameType.Part ? open : type;
        var holds = payload switch
        {
            FrameType.Hello => _session.Peer is not null && _session.State != before,
            FrameType.Message when whole => Has(SessionEventKind.Message),
            FrameType.Ask when whole => Has(SessionEventKind.Ask) || _said.Contains((byte)FrameType.Refused),
            FrameType.Answer => Has(SessionEventKind.Answered),
            FrameType.Refused => Has(SessionEventKind.Refused),
            FrameType.Cancel => !askIn || Has(SessionEventKind.Cancelled),
            FrameType.Ping => _said.Contains((byte)FrameType.Pong),
            FrameType.Pong => changed,
            FrameType.Dismiss => Has(SessionEventKind.Dismissed) && _session.State is SessionState.Dismissed or SessionState.Waiting,
            FrameType.Done when frame[FrameHeader.Size] == (byte)DoneReason.Violation => _session is { Cause: Cause.ToldViolation, Disposition: Disposition.Reset },
            FrameType.Done => Has(SessionEventKind.PeerDone) && _session.State is SessionState.Finishing or SessionState.Parting,
            FrameType.Goodbye => _session.Disposition == Disposition.Depart && Has(SessionEventKind.Ended),
            _ => true,
        };
        Unless(holds, "what is in order has its effect", $"{frame[0]:x2} in {before}: {string.Join(' ', _happened)}, said {string.Join(' ', _said)}, {had} in hand, now {_session.State}");
        if (_session.Cause != Cause.ToldViolation && type is FrameType.Answer or FrameType.Pong or FrameType.Credit or FrameType.Done or FrameType.Goodbye)
        {
            Unless(_session.Tally.Delivered == _speaker.Confirmed, "what was confirmed counts as delivered", $"{frame[0]:x2} in {before}: {_session.Tally}");
        }
    }

    private void End(bool reset)
    {
        var before = _session.State;
        if (reset)
        {
            _session.ConnectionReset(_now);
        }
        else
        {
            _session.EndOfStream(_now);
        }

        var expected = (before, reset) switch
        {
            (SessionState.Released or SessionState.Ended, _) => _session.Cause,
            (SessionState.Expelling, _) => Cause.Violation,
            (SessionState.Parting, _) => Cause.Left,
            (SessionState.Finishing, false) => Cause.None,
            (SessionState.Greeting or SessionState.Declining, _) when _session.Role == Role.Stayer && !_speaker.HasSpoken => Cause.Probe,
            (_, true) => Cause.PeerReset,
            _ => Cause.Truncated,
        };
        Unless(_session.Cause == expected, "the end of the stream is read by the state", $"{before}, {(reset ? "RST" : "FIN")}: {_session.Cause}");
        Unless(before is SessionState.Finishing or SessionState.Released or SessionState.Ended || _session.Disposition == (reset ? Disposition.Gone : Disposition.Close)
            || (before == SessionState.Finishing && !reset), "after the peer's end nobody owes a reset", $"{before}: {_session.Disposition}");
    }

    private bool Has(SessionEventKind kind) => _happened.Contains(kind);

    private UInt128 HashOfSession()
    {
        var hash = default(StateHash);
        _session.AddTo(ref hash, _now);
        return hash.Value;
    }
}
