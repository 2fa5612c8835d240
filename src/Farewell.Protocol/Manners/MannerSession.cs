using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Manners;

/// <summary>
/// The close of a connection that speaks any protocol, sans I/O: the same steps, states and deadlines as a <see cref="Session"/>, with the words of a <see cref="IClosingManner"/>.
/// The bytes of the protocol pass by: its handler reads and writes them; this watches for the words and adds its own.
/// <para>
/// A carrier does, after whatever happened: <see cref="Hear"/> what it received; send what the handler wrote, then what <see cref="Write"/> gives, telling <see cref="Sent"/>;
/// obey <see cref="Disposition"/>; call <see cref="Tick"/> at <see cref="NextDeadline"/>.
/// </para>
/// </summary>
public sealed class MannerSession
{
    private readonly IClosingManner _manner;
    private readonly SessionLimits _limits;
    private readonly Closing _closing;
    private DismissReason _reason;
    private ClosingStep _toSay;
    private bool _finished;
    private bool _goodbyeSaid;
    private TimeSpan _lastWritten;

    /// <summary>Begins one side.</summary>
    /// <param name="role">This side's role.</param>
    /// <param name="manner">The words.</param>
    /// <param name="limits">Grace, hard limit, parting and two round trips count; null for the defaults.</param>
    /// <param name="now">The time.</param>
    public MannerSession(Role role, IClosingManner manner, SessionLimits? limits, TimeSpan now)
    {
        (_manner, _limits) = (manner, limits ?? SessionLimits.Stayer);
        _closing = new Closing(role, RuleBook.Of(role), Closing.Never);
        _closing.Open();
        _lastWritten = now;
    }

    /// <summary>The state of the machine; it begins <see cref="SessionState.Open"/>.</summary>
    public SessionState State => _closing.State;

    /// <summary>How it ended.</summary>
    public Cause Cause => _closing.Cause;

    /// <summary>What the carrier is to do with the connection.</summary>
    public Disposition Disposition => _closing.Disposition;

    /// <summary>When <see cref="Tick"/> is due.</summary>
    public TimeSpan NextDeadline =>
        Closing.Min(Closing.Min(_closing.Due(Deadline.Refusal), _closing.Due(Deadline.Grace)),
            Closing.Min(_closing.Due(Deadline.Goodbye), _closing.Due(Deadline.Parting)));

    /// <summary>Whether <see cref="Write"/> has a word to give.</summary>
    public bool HasOutput => _toSay != ClosingStep.None && !_closing.IsOver;

    /// <summary>Whether the handler is to come to an end: the other side has dismissed, or said Done, or this side wants to go.</summary>
    public bool IsEnding => State != SessionState.Open;

    /// <summary>Watches what was received; the handler of the protocol gets the same bytes.</summary>
    public void Hear(ReadOnlySpan<byte> received, TimeSpan now)
    {
        _closing.Hear(now);
        while (!received.IsEmpty && !_closing.IsOver)
        {
            switch (_manner.Hear(ref received))
            {
                case ClosingStep.Dismiss when _closing.Role == Role.Leaver && State is SessionState.Open or SessionState.Leaving:
                    _closing.HearDismiss(now, _limits.Grace);
                    break;
                case ClosingStep.Done when _closing.Role == Role.Stayer && State is SessionState.Open or SessionState.Dismissing:
                    _closing.HearDone(now, _limits.Grace, _limits.Hard);
                    break;
                case ClosingStep.Goodbye when State == SessionState.Waiting:
                    _closing.HearGoodbye();
                    break;
            }
        }

        Proceed();
    }

    /// <summary>Stayer: asks the leaver to leave, if the protocol has a word for it, and gives it the grace.</summary>
    public void Dismiss(DismissReason reason, TimeSpan now, TimeSpan? grace = null)
    {
        if (_closing.Role == Role.Stayer && State == SessionState.Open)
        {
            var given = grace ?? _limits.Grace;
            _closing.Dismiss(now, given, Closing.Max(given, _limits.Hard));
            (_reason, _toSay) = (reason, ClosingStep.Dismiss);
        }
    }

    /// <summary>Leaver: wants to go once its handler has finished.</summary>
    public void Leave(TimeSpan now, TimeSpan? grace = null)
    {
        if (_closing.Role == Role.Leaver && State == SessionState.Open)
        {
            _closing.Leave(now, grace ?? _limits.Grace);
            Proceed();
        }
    }

    /// <summary>The handler has written everything it ever will.</summary>
    public void Finish(TimeSpan now)
    {
        _finished = true;
        if (State == SessionState.Open && _closing.Role == Role.Leaver)
        {
            _closing.Leave(now, _limits.Grace);
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
        _lastWritten = now;
        switch (step)
        {
            case ClosingStep.Done when !_manner.HasWords:
                _closing.HearGoodbye();
                break;
            case ClosingStep.Done:
                _closing.SayDone(now, _limits.Grace + _limits.LeastTwoRoundTrips, _limits.Hard + _limits.LeastTwoRoundTrips);
                break;
            case ClosingStep.Goodbye:
                _closing.SayGoodbye();
                _goodbyeSaid = true;
                break;
        }

        Proceed();
        return count;
    }

    /// <summary>The transport has accepted everything: what the handler wrote and every word.</summary>
    public void Sent(TimeSpan now)
    {
        if (_goodbyeSaid && State == SessionState.Parting && _closing.Due(Deadline.Parting) == Closing.Never)
        {
            _closing.GoodbyeSent(now, _limits.Parting);
        }
    }

    /// <summary>The peer's FIN was read. Without words it is the leaver's Done.</summary>
    public void EndOfStream(TimeSpan now)
    {
        if (!_manner.HasWords && _closing.Role == Role.Stayer && State is SessionState.Open or SessionState.Dismissing)
        {
            _closing.HearDone(now, _limits.Grace, _limits.Hard);
        }

        _closing.EndOfStream(anyByte: true, allSent: State != SessionState.Parting || _closing.Due(Deadline.Parting) != Closing.Never);
        Proceed();
    }

    /// <summary>The connection was reset.</summary>
    public void ConnectionReset() => _closing.ConnectionReset(anyByte: true);

    /// <summary>Lets every deadline fall that is due.</summary>
    public void Tick(TimeSpan now)
    {
        foreach (var deadline in (ReadOnlySpan<Deadline>)[Deadline.Refusal, Deadline.Grace, Deadline.Goodbye, Deadline.Parting])
        {
            if (_closing.Due(deadline) <= now)
            {
                _closing.Fall(deadline, now, _lastWritten);
            }
        }

        Proceed();
    }

    private void Proceed()
    {
        if (State is SessionState.Leaving or SessionState.Dismissed && (_finished || _closing.RefusalPassed))
        {
            _toSay = ClosingStep.Done;
        }
        else if (State == SessionState.Finishing && (_finished || _closing.GracePassed))
        {
            _toSay = ClosingStep.Goodbye;
        }
        else if (State == SessionState.Finishing)
        {
            // A Dismiss that crossed Done has nothing left to say.
            _toSay = ClosingStep.None;
        }
    }
}
