using Farewell.Protocol.Frames;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>No deadline may fall before its time, counted from what was said and read and from nothing that the session counts.</summary>
internal sealed partial class Hostile
{
    private const int MostTicksAtOnce = 100;

    /// <summary>A state that was never entered: later than anything, and a time can still be added.</summary>
    private static readonly TimeSpan Far = TimeSpan.FromDays(100_000);

    private TimeSpan[] _firstIn = [.. Enumerable.Repeat(Far, (int)SessionState.Ended + 1)];
    private TimeSpan _lastMessage = TimeSpan.FromSeconds(1);
    private TimeSpan _ticked;
    private TimeSpan? _waitingSince;
    private TimeSpan? _helloWritten;
    private TimeSpan _roundTrip;
    private int _ticksAtOnce;

    /// <summary>A time that the peer has announced, as far as anybody waits for it.</summary>
    private TimeSpan Announced(TimeSpan time) => Closing.Min(time, _limits.Patience);

    private TimeSpan TwoRoundTrips => Closing.Max(_limits.LeastTwoRoundTrips, _roundTrip * 2);

    private void Tick()
    {
        _ticksAtOnce = _ticked == _now ? _ticksAtOnce + 1 : 0;
        _ticked = _now;
        Unless(_ticksAtOnce < MostTicksAtOnce, "a deadline that has fallen is over", $"{_session.State}: again and again at {_now}");
        var (before, suspended, pingSuspended) = (_session.State, IsSuspended, IsPingSuspended);
        _session.Tick(_now);
        var earliest = Earliest(before, pingSuspended);
        Unless(_session.State == before || _now >= earliest, "no deadline falls before its time", $"{before} -> {_session.State}, {_session.Cause} at {_now}, not before {earliest}");
        Unless(_session.State == before || !suspended || _session.State is not (SessionState.Dismissing or SessionState.Leaving), "a side that owes a reply is not idle", $"{before} -> {_session.State}");
    }

    /// <summary>When what a tick has done was due.</summary>
    private TimeSpan Earliest(SessionState before, bool pingSuspended)
    {
        var hard = _helloWritten is null ? _limits.Grace : _limits.Hard;
        var grace = Announced(_limits.Grace);
        var dismissed = Closing.Min(FirstIn(SessionState.Declining), FirstIn(SessionState.Dismissing));
        return _session.State switch
        {
            SessionState.Dismissing or SessionState.Leaving when before == SessionState.Open => _lastMessage + _limits.Idle,
            SessionState.Ended => _session.Cause switch
            {
                Cause.HandshakeOverdue => TimeSpan.FromSeconds(1) + _limits.Handshake,
                Cause.Dead => _pingWritten is { } pinged && !pingSuspended ? Closing.Max(pinged, _lastByte) + _limits.Pong : Far,
                Cause.Stalled => _waitingSince is { } since ? since + _limits.Stall : Far,
                Cause.GraceExpired when _session.Role == Role.Stayer => dismissed + _limits.Grace,
                Cause.GraceExpired => Closing.Min(FirstIn(SessionState.Leaving) + _limits.Hard, FirstIn(SessionState.Dismissed) + grace),
                Cause.GoodbyeOverdue => TwoRoundTrips + Closing.Min(
                    Closing.Max(FirstIn(SessionState.Waiting), _lastByte) + grace,
                    FirstIn(SessionState.Waiting) + (_speaker.HelloSaid ? Announced(_limits.Hard) : grace)),
                Cause.Overdue => _limits.Parting + Closing.Min(FirstIn(SessionState.Parting), Closing.Min(dismissed, FirstIn(SessionState.Finishing)) + hard),
                Cause.Violation => FirstIn(SessionState.Expelling) + _limits.Discard,
                _ => _now,
            },
            _ => _now,
        };
    }

    private TimeSpan FirstIn(SessionState state) => _firstIn[(int)state];

    private void Accept(int count)
    {
        _session.Sent(count, _now);
        _waitingSince = count > 0 && _waitingSince is not null ? _now : _waitingSince;
    }

    private void NoteWaiting() =>
        _waitingSince = _session.Disposition == Disposition.Stay && (_session.HasUnsent || _session.HasOutput) ? _waitingSince ?? _now : null;

    private void NoteTimes(FrameType said)
    {
        switch (said)
        {
            case FrameType.Hello:
                _helloWritten = _now;
                break;
            case FrameType.Ping:
                Unless(_narrow || _dripping || (_now >= _lastByte + _limits.Ping && !IsPingSuspended), "no Ping is sent before its time", $"at {_now}, the last byte at {_lastByte}");
                _pingWritten = _now;
                break;
            case FrameType.Credit or FrameType.Done:
                _unreportedSince = null;
                break;
            case FrameType.Message or FrameType.Part:
                _lastMessage = _now;
                break;
            case FrameType.Ask:
                // Ping clocks that stood still begin anew with an own ask.
                _lastByte = _session.AsksInHand > 0 ? _now : _lastByte;
                _lastMessage = _now;
                break;
            case FrameType.Answer or FrameType.Refused:
                // Idle and ping clocks stop while a reply is owed, and begin anew after.
                (_lastByte, _lastMessage) = (_now, _now);
                break;
        }
    }

    private bool BeginsIdle(ReadOnlySpan<byte> frame) => !_speaker.IsIgnored(frame[0])
        && (FrameType)frame[0] is FrameType.Hello or FrameType.Message or FrameType.Ask or FrameType.Answer or FrameType.Part;

    /// <summary>The round trip that a frame of the peer ends; zero if it ends none.</summary>
    private TimeSpan Measure(ReadOnlySpan<byte> frame) => (FrameType)frame[0] switch
    {
        FrameType.Hello when _helloWritten is { } written => _now - written,
        FrameType.Pong when _pingWritten is { } written => _now - written,
        _ => TimeSpan.Zero,
    };

    /// <summary>What is measured after Done is too late to count.</summary>
    private void NoteRoundTrip(TimeSpan measured) => _roundTrip = _speaker.DoneRead ? _roundTrip : Closing.Max(_roundTrip, Closing.Min(measured, _limits.Pong));
}
