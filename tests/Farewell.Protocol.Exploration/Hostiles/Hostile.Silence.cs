using Farewell.Protocol.Frames;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>What must come of silence: every deadline, one by one.</summary>
internal sealed partial class Hostile
{
    /// <summary>Checks, from here, a peer that says nothing, and one that lives and says nothing.</summary>
    public void CheckSilence()
    {
        if (_session.Disposition != Disposition.Stay)
        {
            return;
        }

        Clone().CheckDead();
        Clone().CheckIdle();
    }

    private bool IsSuspended => _paused || _session.AsksInHand > 0;

    /// <summary>Whether the ping clocks stop: not while an own ask waits for its reply.</summary>
    private bool IsPingSuspended => _paused || (IsSuspended && !AwaitsReply);

    private bool AwaitsReply => _speaker.AsksRead > _speaker.AsksReplied || _speaker.HeardItem == FrameType.Ask || _speaker.OpenItem == FrameType.Answer;

    private void CheckDead()
    {
        var bound = _session.State switch
        {
            SessionState.Greeting => _limits.Handshake,
            SessionState.Declining => Closing.Min(_limits.Handshake, _limits.Grace),
            SessionState.Open => _limits.Ping + _limits.Pong,
            SessionState.Dismissing => _limits.Grace,
            SessionState.Finishing => _limits.Hard,
            SessionState.Parting => _limits.Parting,
            SessionState.Leaving => _limits.Grace,
            SessionState.Dismissed => Announced(_limits.Grace) * 0.75,
            SessionState.Waiting => Announced(_limits.Grace) + TwoRoundTrips,
            SessionState.Expelling => _limits.Discard,
            _ => TimeSpan.MaxValue,
        };
        if (_session.State == SessionState.Open && IsPingSuspended)
        {
            return;
        }

        var pingOpen = _speaker.PingToAnswer && _pingWritten is not null && !IsPingSuspended
            && _session.State is SessionState.Open or SessionState.Dismissing or SessionState.Leaving or SessionState.Dismissed;
        var deadAt = pingOpen ? Closing.Max(_pingWritten!.Value, _lastByte) + _limits.Pong : TimeSpan.MaxValue;
        var refuses = _session.State == SessionState.Dismissing && _asks.Exists(ask => !ask.Begun);
        var from = _session.State;
        var since = from == SessionState.Open ? _now : from == SessionState.Waiting ? Closing.Max(_stateSince, _lastByte) : _stateSince;
        var began = _now;
        var refused = false;
        var unreported = _unreportedSince is not null && _session.OwesReport
            && from is SessionState.Open or SessionState.Dismissing or SessionState.Leaving or SessionState.Dismissed;
        var reported = false;
        while (_session.State == from)
        {
            Unless(_session.NextDeadline < Closing.Never, "no state lasts for ever", $"{from}, and no deadline runs");
            var next = Closing.Max(_session.NextDeadline, _now);
            Unless(next - since <= bound, "every state ends within its deadlines", $"{from} lasts longer than {bound}");
            Unless(next <= Closing.Max(deadAt, began), "a dead peer is found in time", $"{from}: next {next}, dead at {deadAt}");
            Unless(!refuses || refused || from != SessionState.Dismissing || next - since <= _limits.Grace * 0.75, "what was not begun is refused in time", $"{from}");
            Unless(!unreported || reported || next <= Closing.Max(began, _unreportedSince!.Value + _limits.Confirm), "what was handled is reported in time", $"{from}");
            _now = next;
            Tick();
            Settle();
            refused |= _said.Contains((byte)FrameType.Refused);
            reported |= _said.Contains((byte)FrameType.Credit) || _said.Contains((byte)FrameType.Done);
        }
    }

    /// <summary>Makes a choice while the transport takes nothing, and checks that this is noticed.</summary>
    public void CheckStalled(int choice)
    {
        _stalled = true;
        if (choice % 2 == 0 && _session.State == SessionState.Open)
        {
            // Something waits already when the choice is made.
            _session.Send(new byte[1], _now, out _);
            Settle();
        }

        if (choice >= 0 && !Choose(choice))
        {
            return;
        }

        var from = _session.State;
        for (var until = _now + _limits.Stall; _session.HasUnsent && _session.State == from && from is not (SessionState.Expelling or SessionState.Ended or SessionState.Released);)
        {
            Unless(_session.NextDeadline <= until, "a transport that takes nothing is given up in time", $"{from}");
            _now = Closing.Max(_now, _session.NextDeadline);
            Accept(0);
            Tick();
            Settle();
        }
    }

    private void CheckIdle()
    {
        if (_session.State != SessionState.Open || IsSuspended || _limits.Idle == TimeSpan.Zero)
        {
            return;
        }

        for (var until = _now + _limits.Idle; _session.State == SessionState.Open;)
        {
            Unless(_session.NextDeadline <= until, "an idle session is ended in time", $"{_session.State}");
            _now = Closing.Max(_now, _session.NextDeadline);
            _session.Alive(_now);
            _lastByte = _now;
            Tick();
            Settle();
        }
    }
}
