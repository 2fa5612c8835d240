using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Manners;

/// <summary>
/// The close of a connection that speaks any protocol, sans I/O: the same steps, states and deadlines as a <see cref="Session"/>, with the words of a <see cref="IClosingManner"/>.
/// The bytes of the protocol pass by: its handler reads and writes them; this watches for the words and adds its own.
/// <para>
/// A carrier does, after whatever happened: <see cref="Hear"/> what it received; send what the handler wrote (telling <see cref="Wrote"/>), then what <see cref="Write"/> gives,
/// telling <see cref="Sent"/> of both; obey <see cref="Disposition"/>; call <see cref="Tick"/> at <see cref="NextDeadline"/>.
/// </para>
/// <para>
/// Dismiss is said at once, behind what the handler has written so far; Done and Goodbye are said only once it has finished. A handler that has not when its time is over has its connection reset: what it wrote is not whole.
/// A protocol in general has no ping, so a dead peer is an idle one: it is asked to leave after the idle limit without a byte either way, and reset when the time given for that is over.
/// </para>
/// </summary>
public sealed class MannerSession
{
    private readonly IClosingManner _manner;
    private readonly SessionLimits _limits;
    private Closing _closing;
    private DismissReason _reason;
    private ClosingStep _toSay;
    private bool _finished;
    private bool _departs;
    private bool _paused;
    private bool _anyByte;
    private long _unsent;
    private TimeSpan _lastByte;
    private TimeSpan _stallSince;

    /// <summary>Begins one side.</summary>
    /// <param name="role">This side's role.</param>
    /// <param name="manner">The words.</param>
    /// <param name="limits">Idle, stall, grace, hard limit, parting and two round trips count; null for the role's defaults.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public MannerSession(Role role, IClosingManner manner, SessionLimits? limits, TimeSpan now)
    {
        (_manner, _limits) = (manner, limits ?? (role == Role.Stayer ? SessionLimits.Stayer : SessionLimits.Leaver));
        _limits.Validate();
        _closing = new Closing(role, RuleBook.Of(role), Closing.Never);
        _closing.Open();
        _lastByte = _stallSince = now;
    }

    /// <summary>This side's role.</summary>
    public Role Role => _closing.Role;

    /// <summary>The state of the machine; it begins <see cref="SessionState.Open"/>.</summary>
    public SessionState State => _closing.State;

    /// <summary>How it ended.</summary>
    public Cause Cause => _closing.Cause;

    /// <summary>What the carrier is to do with the connection.</summary>
    public Disposition Disposition => _closing.Disposition;

    /// <summary>When <see cref="Tick"/> is due; <see cref="TimeSpan.MaxValue"/> if never.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            var next = Closing.Never;
            foreach (var deadline in Deadlines)
            {
                next = Closing.Min(next, Due(deadline));
            }

            return next;
        }
    }

    /// <summary>Whether this leaver may depart by a FIN only: without words its FIN is its Done, and nobody has said that everything was read.</summary>
    public bool DepartsByFin => !_manner.HasWords;

    /// <summary>Whether <see cref="Write"/> has a word to give.</summary>
    public bool HasOutput => _toSay != ClosingStep.None && !_closing.IsOver;

    /// <summary>Whether the handler is to come to an end: the other side has dismissed, or said Done, or this side wants to go.</summary>
    public bool IsEnding => State != SessionState.Open;

    /// <summary>Watches what was received; the handler of the protocol gets the same bytes.</summary>
    public void Hear(ReadOnlySpan<byte> received, TimeSpan now)
    {
        _closing.Hear(now);
        _lastByte = now;
        _anyByte |= !received.IsEmpty;
        while (!received.IsEmpty && !_closing.IsOver)
        {
            switch (_manner.Hear(ref received))
            {
                case ClosingStep.Dismiss when _closing.Role == Role.Leaver && State is SessionState.Open or SessionState.Leaving:
                    _closing.HearDismiss(now, _limits.Grace);
                    break;
                case ClosingStep.Done when _closing.Role == Role.Stayer && State is SessionState.Open or SessionState.Dismissing:
                    _closing.HearDone(now, _limits.Grace, _limits.Hard, _limits.Parting, heardDismiss: false);
                    break;
                case ClosingStep.Goodbye when State == SessionState.Waiting:
                    _closing.HearGoodbye();
                    break;
            }
        }

        Proceed();
    }

    /// <summary>Stayer: asks the leaver to leave, if the protocol has a word for it, and gives it the grace. Nothing happens to a leaver, or once it is ending.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="now">The time.</param>
    /// <param name="grace">The time it is given, cut to 1 ms to 2^32 - 2 ms; null for the limit's.</param>
    /// <param name="hard">How far progress extends the grace after Done, at least the grace, cut likewise; null for the limit's.</param>
    public void Dismiss(DismissReason reason, TimeSpan now, TimeSpan? grace = null, TimeSpan? hard = null)
    {
        if (_closing.Role == Role.Stayer && State == SessionState.Open)
        {
            var given = Closing.Clamp(grace ?? _limits.Grace);
            _closing.Dismiss(now, given, Closing.Max(given, Closing.Clamp(hard ?? _limits.Hard)));
            (_reason, _toSay) = (reason, ClosingStep.Dismiss);
        }
    }

    /// <summary>Leaver: wants to go once its handler has finished. Nothing happens to a stayer, or once it is ending.</summary>
    /// <param name="now">The time.</param>
    /// <param name="grace">How long the handler has, cut to 1 ms to 2^32 - 2 ms; null for the limit's.</param>
    public void Leave(TimeSpan now, TimeSpan? grace = null)
    {
        if (_closing.Role == Role.Leaver && State == SessionState.Open)
        {
            _closing.Leave(now, Closing.Clamp(grace ?? _limits.Grace), _limits.Hard);
            Proceed();
        }
    }

    /// <summary>The handler has written everything it ever will.</summary>
    public void Finish(TimeSpan now)
    {
        _finished = true;
        if (State == SessionState.Open && _closing.Role == Role.Leaver)
        {
            _closing.Leave(now, _limits.Grace, _limits.Hard);
        }
        else if (State == SessionState.Open)
        {
            Dismiss(DismissReason.Application, now);
        }

        Proceed();
    }

    /// <summary>Gives the word that is to be sent, after everything the handler wrote.</summary>
    /// <param name="destination">At least 256 bytes.</param>
    /// <param name="now">The time.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination, TimeSpan now)
    {
        if (!HasOutput)
        {
            return 0;
        }

        var step = _toSay;
        _toSay = ClosingStep.None;
        var count = _manner.Say(step, _reason, destination);
        _closing.Progress(now);
        switch (step)
        {
            case ClosingStep.Done when !_manner.HasWords:
                _departs = true;
                break;
            case ClosingStep.Done:
                _closing.SayDone(now, _limits.Grace + _limits.LeastTwoRoundTrips, _limits.Hard + _limits.LeastTwoRoundTrips);
                break;
            case ClosingStep.Goodbye:
                _closing.SayGoodbye();
                break;
        }

        Count(count, now);
        Proceed();
        return count;
    }

    /// <summary>The handler wrote bytes, which the carrier is about to send.</summary>
    public void Wrote(int count, TimeSpan now)
    {
        _closing.Progress(now);
        Count(count, now);
    }

    /// <summary>The transport accepted bytes: of what the handler wrote and of the words.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than were given.</exception>
    public void Sent(int count, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _unsent);
        _unsent -= count;
        _stallSince = count > 0 ? now : _stallSince;
        NoteParting(now);
    }

    /// <summary>Says that the carrier stops reading, since the handler does not keep up: the idle clock stops.</summary>
    public void PauseReading() => _paused = true;

    /// <summary>Says that the carrier reads again: the idle clock begins anew.</summary>
    public void ResumeReading(TimeSpan now) => (_paused, _lastByte) = (false, now);

    /// <summary>Ends it at once by a reset.</summary>
    public void Abort()
    {
        if (!_closing.IsOver)
        {
            _closing.End(Cause.Aborted, Disposition.Reset);
        }
    }

    /// <summary>The peer's FIN was read. Without words it is the leaver's Done; with them, and without a byte before it, the connection was a probe.</summary>
    public void EndOfStream(TimeSpan now)
    {
        if (IsProbe && _manner.HasWords)
        {
            _closing.End(Cause.Probe, Disposition.Close);
        }

        if (!_manner.HasWords && _closing.Role == Role.Stayer && State is SessionState.Open or SessionState.Dismissing)
        {
            _closing.HearDone(now, _limits.Grace, _limits.Hard, _limits.Parting, heardDismiss: false);
        }

        _closing.EndOfStream(anyByte: true);
        Proceed();
    }

    /// <summary>The transport gave the connection up, since what comes cannot be trusted: it is to be reset.</summary>
    public void ConnectionBroken() => _closing.ConnectionBroken();

    /// <summary>The connection was reset.</summary>
    public void ConnectionReset()
    {
        if (IsProbe)
        {
            _closing.End(Cause.Probe, Disposition.Gone);
        }
        else
        {
            _closing.ConnectionReset(anyByte: true);
        }
    }

    /// <summary>Lets every deadline fall that is due.</summary>
    public void Tick(TimeSpan now)
    {
        foreach (var deadline in Deadlines)
        {
            if (Due(deadline) <= now)
            {
                Fall(deadline, now);
            }
        }

        // A handler that has not finished may stand in the middle of anything: no word fits there, and what it wrote is not whole.
        if (_closing.GracePassed && State == SessionState.Finishing && !_finished)
        {
            _closing.End(Cause.GraceExpired, Disposition.Reset);
        }

        Proceed();
    }

    private static ReadOnlySpan<Deadline> Deadlines => [Deadline.Idle, Deadline.Stall, Deadline.Refusal, Deadline.Grace, Deadline.Goodbye, Deadline.Parting];

    /// <summary>Whether the peer has connected and said nothing.</summary>
    private bool IsProbe => _closing.Role == Role.Stayer && State == SessionState.Open && !_anyByte;

    private TimeSpan Due(Deadline deadline) => deadline switch
    {
        Deadline.Idle => State == SessionState.Open && !_paused && _limits.Idle > TimeSpan.Zero ? _lastByte + _limits.Idle : Closing.Never,
        Deadline.Stall => _unsent > 0 && !_closing.IsOver ? _stallSince + _limits.Stall : Closing.Never,
        _ => _closing.Due(deadline),
    };

    private void Fall(Deadline deadline, TimeSpan now)
    {
        switch (deadline)
        {
            case Deadline.Idle:
                Dismiss(DismissReason.Idle, now);
                Leave(now);
                break;
            case Deadline.Stall:
                _closing.End(Cause.Stalled, Disposition.Reset);
                break;
            default:
                _closing.Fall(deadline, now);
                break;
        }
    }

    private void Count(int count, TimeSpan now)
    {
        _stallSince = _unsent == 0 ? now : _stallSince;
        _unsent += count;
        _lastByte = count > 0 ? now : _lastByte;
        NoteParting(now);
    }

    private void NoteParting(TimeSpan now)
    {
        if (State == SessionState.Parting && _unsent == 0 && !_closing.IsGoodbyeSent)
        {
            _closing.GoodbyeSent(now, _limits.Parting);
        }
        else if (_departs && _unsent == 0 && !_closing.IsOver)
        {
            _closing.HearGoodbye();
        }
    }

    private void Proceed()
    {
        if (State is SessionState.Leaving or SessionState.Dismissed && _finished && !_departs)
        {
            _toSay = ClosingStep.Done;
        }
        else if (State == SessionState.Finishing)
        {
            // A Dismiss that crossed Done has nothing left to say.
            _toSay = _finished ? ClosingStep.Goodbye : ClosingStep.None;
        }
    }
}
