using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>What must come of each frame, judged from what was said before and from nothing else.</summary>
internal sealed partial class Hostile
{
    private static readonly SessionState[] Over = [SessionState.Expelling, SessionState.Ended];

    private void Speak(byte[] frame)
    {
        var before = _session.State;
        var isOver = Over.Contains(before);
        var wrong = _speaker.Judge(frame[0]);
        var without = _speaker.IsWithoutEffect(frame[0]);
        var had = _asks.Count;
        var askIn = _asks.Count > 0 && _asks.Exists(ask => ask.Number == _speaker.AsksMade);
        var open = _speaker.OpenItem;
        _session.Alive(_now);
        var hash = HashOfSession();
        _lastByte = _now;
        _happened.Clear();
        Feed(frame);
        if (isOver)
        {
            Unless(hash == HashOfSession() && _happened.Count == 0, "what comes after the end changes nothing", $"{frame[0]:x2} in {before}");
            return;
        }

        var changed = hash != HashOfSession();
        _speaker.Say(frame);
        Settle();
        if (wrong != Violation.None)
        {
            Unless(_session.Cause == Cause.Violation && _session.What == wrong && _session.State is SessionState.Expelling or SessionState.Ended, "what is out of order is a violation, and named",
                $"{frame[0]:x2} in {before} is {wrong} and led to {_session.State}, {_session.Cause}, {_session.What}");
            return;
        }

        Unless(_session.Cause != Cause.Violation, "what is in order is no violation", $"{frame[0]:x2} in {before} was {_session.What}");
        if (without)
        {
            var keepsHash = !changed || (frame[1] & 1) != 0 || frame[0] == (byte)FrameType.Part;
            Unless(keepsHash && _happened.Count == 0 && _said.Count == 0 && _session.State == before, "what has no effect changes nothing", $"{frame[0]:x2} in {before}");
            return;
        }

        CheckEffect(frame, before, changed, had, askIn, open);
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
            FrameType.Done => Has(SessionEventKind.PeerDone) && _session.State is SessionState.Finishing or SessionState.Parting,
            FrameType.Goodbye => _session.Disposition == Disposition.Depart && Has(SessionEventKind.Ended),
            _ => true,
        };
        Unless(holds, "what is in order has its effect", $"{frame[0]:x2} in {before}: {string.Join(' ', _happened)}, said {string.Join(' ', _said)}, {had} in hand, now {_session.State}");
        if (type is FrameType.Answer or FrameType.Pong or FrameType.Credit or FrameType.Done or FrameType.Goodbye)
        {
            Unless(_session.Tally.Delivered == _speaker.MessagesRead, "what was confirmed counts as delivered", $"{frame[0]:x2} in {before}: {_session.Tally}");
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
