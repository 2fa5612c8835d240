using System.Numerics;
using Farewell.Protocol.Rules;

namespace Farewell.Protocol.Sessions;

/// <summary>The deadlines: <c>docs/protocol.md</c> section 7.</summary>
public sealed partial class Session
{
    private TimeSpan _lastHeard;
    private TimeSpan _lastMessage;

    // When Hello was written, and then the last Ping: whose echo measures a round trip.
    private TimeSpan _calledAt;

    /// <summary>When <see cref="Tick"/> is next due; <see cref="TimeSpan.MaxValue"/> if never. It changes with every call.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            // Asked for with every message: only those that run are looked at.
            var next = Closing.Never;
            for (var running = _closing.Rules.Deadlines.RunningIn(State); running != 0; running &= running - 1)
            {
                next = Closing.Min(next, Due((Deadline)BitOperations.TrailingZeroCount(running)));
            }

            return next;
        }
    }

    /// <summary>Lets every deadline fall that is due. Events may follow: <see cref="Read"/> with no input. Calling it early or often does no harm.</summary>
    public void Tick(TimeSpan now)
    {
        var refuses = false;
        for (var deadline = Deadline.Handshake; deadline <= Deadline.Discard; deadline++)
        {
            // A leaver whose refusal and grace fall together still says Done if it can, and falls at the next tick if it cannot.
            if (Due(deadline) <= now && !(deadline == Deadline.Grace && refuses && Role == Role.Leaver))
            {
                Fall(deadline, now);
                refuses |= deadline == Deadline.Refusal;
            }
        }

        Tidy(now);
    }

    /// <summary>Says that the peer acknowledged something, for carriers that can know. Received bytes count by themselves.</summary>
    public void Alive(TimeSpan now)
    {
        _lastHeard = now;
        _closing.Hear(now);
    }

    private bool IsSuspended => _paused || AsksInHand > 0 || _outbox is { Replies.Count: > 0 };

    /// <summary>Whether ping and pong stop: not while this side awaits a reply itself, or a handler that awaits one of a silent peer would wait for ever.</summary>
    private bool IsPingSuspended => _paused || (IsSuspended && _asksOut is not { Written: > 0 } && NestedOut is not { Written: > 0 } && Answering == 0);

    private bool HasUnreported => _messagesIn is { HasUnreported: true };

    /// <summary>When a deadline falls, if it runs in this state and its condition holds.</summary>
    internal TimeSpan Due(Deadline deadline) => deadline switch
    {
        _ when !_closing.Rules.Deadlines[State, deadline] => Closing.Never,
        Deadline.Idle => _limits.Idle > TimeSpan.Zero && !IsSuspended ? _lastMessage + _limits.Idle : Closing.Never,
        Deadline.Ping => _limits.Ping > TimeSpan.Zero && !_pingOpen && !_pingDue && !IsPingSuspended ? _lastHeard + _limits.Ping : Closing.Never,
        Deadline.Pong => _pingOpen && !IsPingSuspended ? Closing.Max(_calledAt, _lastHeard) + _limits.Pong : Closing.Never,
        Deadline.Stall => _outbox is { IsPending: true } outbox ? outbox.StallSince + _limits.Stall : Closing.Never,
        Deadline.Confirm => HasUnreported && !_creditDue ? _messagesIn!.UnreportedSince + _limits.Confirm : Closing.Never,
        _ => _closing.Due(deadline),
    };

    private void Fall(Deadline deadline, TimeSpan now)
    {
        switch (deadline)
        {
            case Deadline.Idle when Role == Role.Stayer:
                Dismiss(DismissReason.Idle, now);
                break;
            case Deadline.Idle:
                Leave(now, _limits.Grace, DoneReason.Idle);
                break;
            case Deadline.Ping:
                _pingDue = true;
                _messagesIn?.Trim();
                break;
            case Deadline.Pong:
                _closing.End(Cause.Dead, Disposition.Reset);
                break;
            case Deadline.Stall:
                _closing.End(Cause.Stalled, Disposition.Reset);
                break;
            case Deadline.Confirm:
                _creditDue = true;
                break;
            default:
                _closing.Fall(deadline, now);
                GiveUp();
                break;
        }
    }

    /// <summary>Refuses what was not begun, and lets go of what was not sent, once it is too late for either.</summary>
    private void GiveUp()
    {
        if (_closing.RefusalPassed || _closing.GracePassed)
        {
            RefuseNotBegun();
        }

        if (_closing.GracePassed || (_closing.RefusalPassed && Role == Role.Leaver))
        {
            _outbox?.ClearSends();
            _pending |= Pending.Unsent;
        }
    }

    private void Violate(Violation what, TimeSpan now)
    {
        var isGreeting = State is SessionState.Greeting or SessionState.Declining;
        var hello = what is Violation.NoCommonVersion or Violation.EqualRoles or Violation.BadHello && !_helloWritten && !_dismissWritten;
        var words = what is not (Violation.Foreign or Violation.NoCommonVersion or Violation.EqualRoles)
            && State is not (SessionState.Waiting or SessionState.Parting or SessionState.Released)
            && (!isGreeting || hello || _helloWritten || _dismissWritten)
            && !(IsWriting && Role == Role.Leaver);
        _inbound?.Frames.Drop();
        _outbox?.Replies.Clear();
        if (!_limits.TellViolations || _outbox is { Unsent: > 0 } || what == Violation.Foreign || State is SessionState.Waiting or SessionState.Parting or SessionState.Released)
        {
            _closing.Reject(what);
            return;
        }

        _closing.Expel(now, what, _limits.Discard);
        (_helloPending, _tellPending, _dismissPending) = ((_helloPending || hello) && isGreeting, words, false);
    }

    /// <summary>Keeps nothing that is empty, and the time since which output has been waiting. Between the messages of one burst only the latter is looked after.</summary>
    private void Tidy(TimeSpan now)
    {
        _asksOut = _asksOut is { Count: 0 } ? Spares.Give(_asksOut) : _asksOut;
        if (NestedOut is { Count: 0 } nested)
        {
            _rare!.NestedOut = Spares.Give(nested);
        }

        _asksIn = _asksIn is { Count: 0 } ? Spares.Give(_asksIn) : _asksIn;
        NoteOutput(now);
    }

    /// <summary>Keeps the time since which output has been waiting.</summary>
    private void NoteOutput(TimeSpan now)
    {
        if (!_closing.IsOver && (_outbox is { Unsent: > 0 } || HasOutput))
        {
            Outbox.Pend(now);
        }
        else if (_outbox is { } outbox)
        {
            outbox.IsPending = false;
            _outbox = outbox.Rest();
        }
    }
}
