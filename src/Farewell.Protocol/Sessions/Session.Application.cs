using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>What the application may do.</summary>
public sealed partial class Session
{
    private OutgoingQueue? _sends;
    private OutgoingQueue? _replies;
    private uint _stamp;
    private uint _tickets;
    private uint _messagesAccepted;
    private TimeSpan _dismissGrace;
    private TimeSpan _leaveGrace;
    private int _nestedOut;
    private bool _leaveWanted;
    private bool _paused;
    private DoneReason _doneReason;

    /// <summary>Gives a message to be sent.</summary>
    /// <param name="payload">Not to be changed until it has been written: until <see cref="Tally"/> no longer counts it as not sent.</param>
    /// <param name="now">The time.</param>
    /// <param name="number">Its number, when accepted: <see cref="SessionEventKind.Delivered"/> counts up to it.</param>
    public SendStatus Send(ReadOnlyMemory<byte> payload, TimeSpan now, out uint number)
    {
        var status = Admit(payload.Length);
        number = 0;
        if (status == SendStatus.Accepted)
        {
            number = ++_messagesAccepted;
            Enqueue(FrameType.Message, number, payload, now);
        }

        return status;
    }

    /// <summary>Gives an ask to be sent. Exactly one event will tell its end: answered, refused, or unknown.</summary>
    /// <param name="payload">Not to be changed until its end is told.</param>
    /// <param name="now">The time.</param>
    /// <param name="ticket">Its name in that event, when accepted; never 0.</param>
    /// <param name="nested">Whether it is made from inside a handler of a message or ask of this session: then it waits for no credit, and the peer begins or refuses it at once.</param>
    public SendStatus Ask(ReadOnlyMemory<byte> payload, TimeSpan now, out uint ticket, bool nested = false)
    {
        var status = nested ? AdmitNested(payload.Length) : Admit(payload.Length);
        ticket = 0;
        if (status != SendStatus.Accepted)
        {
            return status;
        }

        ticket = ++_tickets == 0 ? ++_tickets : _tickets;
        var cost = nested ? 0 : (uint)payload.Length + Hello.Overhead;
        (_asksOut ??= new OpenList<AskOut>()).Add(new AskOut(ticket, cost, nested, 0, false, false));
        if (nested)
        {
            _nestedOut++;
            (_replies ??= new OutgoingQueue()).Enqueue(new Outgoing(FrameType.Ask, ticket, payload, 0, _stamp++, Nested: true));
            NoteOutput(now);
        }
        else
        {
            Enqueue(FrameType.Ask, ticket, payload, now);
        }

        return status;
    }

    /// <summary>Says that the answer to an own ask is not wanted any more. No event will tell its end.</summary>
    /// <returns>Whether the ask had not been written: then it was not begun, and is safe to send elsewhere.</returns>
    public bool Cancel(uint ticket, TimeSpan now)
    {
        for (var i = 0; i < AsksOpen; i++)
        {
            ref var ask = ref _asksOut![i];
            if (ask.Ticket != ticket || ask.Cancelled)
            {
                continue;
            }

            if (!ask.Written && !ask.Nested)
            {
                Queued -= _sends!.Remove(FrameType.Ask, ticket);
                _asksOut.RemoveAt(i);
                return true;
            }

            ask = ask with { Cancelled = true };
            if (State is SessionState.Greeting || _closing.IsBeforeDone)
            {
                (_replies ??= new OutgoingQueue()).Enqueue(new Outgoing(FrameType.Cancel, ticket, default, 0, _stamp++));
                NoteOutput(now);
            }

            return false;
        }

        // An answer that is still coming in parts is dropped too.
        _answering = _answering == ticket ? 0 : _answering;
        return false;
    }

    /// <summary>Says that the handler of an ask begins. From then on it cannot be refused.</summary>
    /// <returns>False if it is not in hand any more, because it was cancelled or refused: then it must not begin.</returns>
    public bool Begin(uint ask)
    {
        if (FindIn(ask) is var index and >= 0 && !_closing.IsOver)
        {
            _asksIn![index] = _asksIn[index] with { Begun = true };
            return true;
        }

        return false;
    }

    /// <summary>Answers an ask in hand.</summary>
    /// <param name="ask">Its number.</param>
    /// <param name="payload">Not to be changed until it has been written.</param>
    /// <param name="now">The time.</param>
    /// <returns>False if it is not in hand any more: the answer comes too late.</returns>
    /// <exception cref="ArgumentException">The payload is larger than the peer accepts.</exception>
    public bool Answer(uint ask, ReadOnlyMemory<byte> payload, TimeSpan now)
    {
        if (payload.Length > _peerLargest)
        {
            throw new ArgumentException($"An answer of {payload.Length} bytes is above the {_peerLargest} that the peer accepts.", nameof(payload));
        }

        return TryReply(FrameType.Answer, ask, payload, 0, now);
    }

    /// <summary>Refuses an ask in hand that was not begun.</summary>
    /// <returns>False if it is not in hand any more, or was begun.</returns>
    public bool Refuse(uint ask, RefusedReason reason, TimeSpan now) => TryReply(FrameType.Refused, ask, default, reason, now);

    /// <summary>Says that the handler of a message returned: only then is the peer told that it was delivered.</summary>
    /// <returns>False if no such message is in hand.</returns>
    public bool Handled(uint message, TimeSpan now)
    {
        if (_messagesIn is not { } messages)
        {
            return false;
        }

        var unreported = HasUnreported;
        var known = messages.Finish(message);
        _unreportedSince = unreported ? _unreportedSince : now;
        _creditDue |= messages.Returnable >= Math.Max(_limits.Window, (int)Hello.EarlyWindow) / 2;
        NoteOutput(now);
        return known;
    }

    /// <summary>Stayer: asks the leaver to leave.</summary>
    /// <param name="reason">Why; not <see cref="DismissReason.Violation"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="grace">The time it is given; null for the limit's.</param>
    /// <param name="retryAfter">When a new connection is welcome; null says nothing.</param>
    /// <param name="hard">How far progress extends the grace after Done, at least the grace; null for the limit's. What lies beyond the announced limit is cut.</param>
    /// <returns>False if it was dismissed before, or is ending already.</returns>
    /// <exception cref="InvalidOperationException">This side is the leaver.</exception>
    public bool Dismiss(DismissReason reason, TimeSpan now, TimeSpan? grace = null, TimeSpan? retryAfter = null, TimeSpan? hard = null)
    {
        if (Role != Role.Stayer)
        {
            throw new InvalidOperationException("Only a stayer dismisses; a leaver leaves.");
        }

        if (State is not (SessionState.Greeting or SessionState.Open))
        {
            return false;
        }

        var given = Clamp(grace ?? _limits.Grace);

        // A leaver that never reads our Hello knows no hard limit, and waits no longer than the grace.
        var furthest = _helloWritten || _helloPending ? Closing.Min(hard ?? _limits.Hard, _limits.Hard) : given;
        _closing.Dismiss(now, given, Closing.Max(given, furthest));
        (_dismissReason, _dismissGrace, _dismissPending) = ((byte)reason, given, true);
        _retryAfter = retryAfter is { } after ? (uint)Clamp(after).TotalMilliseconds : uint.MaxValue;
        NoteOutput(now);
        return true;
    }

    /// <summary>Leaver: ends the session once what is queued, in hand and owed is done.</summary>
    /// <param name="now">The time.</param>
    /// <param name="grace">How long to wait for that; null for the limit's.</param>
    /// <returns>False if it is leaving already, or over.</returns>
    /// <exception cref="InvalidOperationException">This side is the stayer.</exception>
    public bool Leave(TimeSpan now, TimeSpan? grace = null) => Leave(now, Clamp(grace ?? _limits.Grace), DoneReason.Normal);

    /// <summary>Ends the session at once by a reset.</summary>
    public void Abort(TimeSpan now)
    {
        if (!_closing.IsOver)
        {
            _closing.End(Cause.Aborted, Disposition.Reset);
            NoteOutput(now);
        }
    }

    /// <summary>Says that the carrier stops reading: idle and ping clocks stop.</summary>
    public void PauseReading() => _paused = true;

    /// <summary>Says that the carrier reads again: idle and ping clocks begin anew.</summary>
    public void ResumeReading(TimeSpan now)
    {
        _paused = false;
        _lastHeard = _lastMessage = now;
    }

    private bool Leave(TimeSpan now, TimeSpan grace, DoneReason reason)
    {
        if (Role != Role.Leaver)
        {
            throw new InvalidOperationException("Only a leaver leaves; a stayer dismisses.");
        }

        if (State is not (SessionState.Greeting or SessionState.Open) || _leaveWanted)
        {
            return false;
        }

        _doneReason = reason;
        (_leaveWanted, _leaveGrace) = (true, grace);
        if (State == SessionState.Open)
        {
            _closing.Leave(now, grace);
        }

        NoteOutput(now);
        return true;
    }

    private SendStatus Admit(int length)
    {
        var cost = length + (long)Hello.Overhead;
        return State switch
        {
            SessionState.Dismissed => SendStatus.Dismissed,
            SessionState.Greeting when _leaveWanted => SendStatus.Ending,
            SessionState.Greeting when length > _peerLargest => SendStatus.NotOpen,
            not (SessionState.Greeting or SessionState.Open or SessionState.Dismissing) => SendStatus.Ending,
            _ when length > _peerLargest => SendStatus.TooLarge,
            _ when Queued > 0 && Queued + cost > _limits.Queue => SendStatus.Full,
            _ => SendStatus.Accepted,
        };
    }

    private SendStatus AdmitNested(int length) =>
        !_closing.IsBeforeDone || _closing.RefusalPassed ? SendStatus.Ending
        : length > _peerLargest ? SendStatus.TooLarge
        : _nestedOut >= Hello.MaxNested ? SendStatus.Full
        : SendStatus.Accepted;

    private void Enqueue(FrameType type, uint number, ReadOnlyMemory<byte> payload, TimeSpan now)
    {
        var cost = (uint)payload.Length + Hello.Overhead;
        Queued += cost;
        (_sends ??= new OutgoingQueue()).Enqueue(new Outgoing(type, number, payload, cost, _stamp++));
        NoteOutput(now);
    }

    private bool TryReply(FrameType type, uint number, ReadOnlyMemory<byte> payload, RefusedReason reason, TimeSpan now)
    {
        var index = _closing.IsOver ? -1 : FindIn(number);
        if (index < 0 || (type == FrameType.Refused && _asksIn![index].Begun))
        {
            return false;
        }

        Reply(type, RemoveIn(index), payload, reason);
        NoteOutput(now);
        return true;
    }

    private void Reply(FrameType type, AskIn ask, ReadOnlyMemory<byte> payload, RefusedReason reason) =>
        (_replies ??= new OutgoingQueue()).Enqueue(new Outgoing(type, ask.Number, payload, ask.Cost, _stamp++, reason, ask.Nested));

    private int FindIn(uint number)
    {
        // A leaver that has said Done, and a stayer that has said Goodbye, reply to nothing.
        if (State is not (SessionState.Waiting or SessionState.Parting or SessionState.Expelling))
        {
            for (var i = 0; i < AsksInHand; i++)
            {
                if (_asksIn![i].Number == number)
                {
                    return i;
                }
            }
        }

        return -1;
    }

    private AskIn RemoveIn(int index)
    {
        var ask = _asksIn![index];
        _asksIn.RemoveAt(index);
        _nestedIn -= ask.Nested ? 1 : 0;
        return ask;
    }

    private void RefuseNotBegun()
    {
        for (var i = AsksInHand - 1; i >= 0; i--)
        {
            if (!_asksIn![i].Begun)
            {
                Reply(FrameType.Refused, RemoveIn(i), default, RefusedReason.Ending);
            }
        }
    }

    private static TimeSpan Clamp(TimeSpan time) =>
        Closing.Min(Closing.Max(time, TimeSpan.FromMilliseconds(1)), TimeSpan.FromMilliseconds(uint.MaxValue - 1));
}
