using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>What the application may do.</summary>
public sealed partial class Session
{
    private uint _tickets;
    private uint _messagesAccepted;
    private bool _leaveWanted;
    private bool _paused;
    private DoneReason _doneReason;

    /// <summary>Gives a message to be sent.</summary>
    /// <param name="payload">Not to be changed until it has been written (<see cref="HoldsPayloads"/> is false) or <see cref="Retain"/> is called.</param>
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

    /// <summary>
    /// Drops the oldest message that waits and is not begun; asks are not dropped. Its number stays its own: the peer counts only what is sent, and this side counts the gaps back in, so the numbers of
    /// other messages go on meaning them. <see cref="WasDropped"/> tells it from those delivered.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="number">Its number.</param>
    /// <returns>False if none waits.</returns>
    public bool DropOldest(TimeSpan now, out uint number)
    {
        number = 0;
        if (_outbox is not { } outbox || !outbox.Sends.TryFind(FrameType.Message, out var stamp, out number))
        {
            return false;
        }

        outbox.Queued -= outbox.Sends.Discard(stamp);
        (Made.Gaps ??= new Gaps()).Add(number, _messagesBegun, _delivered);
        NoteOutput(now);
        return true;
    }

    /// <summary>Whether a message was dropped instead of sent. So long after many drops that it is not known any more, the answer is yes.</summary>
    public bool WasDropped(uint number) => _rare?.Gaps?.Contains(number) == true;

    /// <summary>The number of the last message delivered: all messages up to it are, but those dropped.</summary>
    public uint DeliveredUpTo => _rare?.Gaps?.NumberOf(_delivered) ?? _delivered;

    /// <summary>Gives an ask to be sent. Exactly one event will tell its end: answered, refused, or unknown.</summary>
    /// <param name="payload">As for <see cref="Send"/>.</param>
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
        if (nested)
        {
            (Made.NestedOut ??= Spares.TakeAsksOut()).Add(new AskOut(ticket, 0, Outbox.Stamp));
            Outbox.Replies.Enqueue(new Outgoing(FrameType.Ask, ticket, payload, 0, Outbox.Stamp++, Nested: true));
            NoteOutput(now);
        }
        else
        {
            (_asksOut ??= Spares.TakeAsksOut()).Add(new AskOut(ticket, (uint)payload.Length + Hello.Overhead, Outbox.Stamp));
            Enqueue(FrameType.Ask, ticket, payload, now);
        }

        return status;
    }

    /// <summary>Says that the answer to an own ask is not wanted any more. No event will tell its end.</summary>
    /// <returns>Whether the ask had not been written: then it was not begun, and is safe to send elsewhere.</returns>
    public bool Cancel(uint ticket, TimeSpan now)
    {
        if (FindOut(ticket, out var index) is { } asks && !asks[index].Cancelled)
        {
            if (index >= asks.Written && asks == _asksOut)
            {
                _outbox!.Queued -= _outbox.Sends.Discard(asks[index].Stamp);
                asks.RemoveAt(index);
                return true;
            }

            asks.Cancel(index);
            if (State is SessionState.Greeting || _closing.IsBeforeDone)
            {
                Outbox.Replies.Enqueue(new Outgoing(FrameType.Cancel, ticket, default, 0, Outbox.Stamp++));
                NoteOutput(now);
            }

            return false;
        }

        // A reply that was read and not told, or is still coming in parts, is dropped too.
        _inbound?.Forget(ticket);
        return false;
    }

    /// <summary>Says that the handler of an ask begins. From then on it cannot be refused.</summary>
    /// <returns>False if it is not in hand any more, because it was cancelled or refused: then it must not begin.</returns>
    public bool Begin(uint ask)
    {
        if (FindIn(ask) is var index and >= 0 && !_closing.IsOver)
        {
            _asksIn![index].Begun = true;
            return true;
        }

        return false;
    }

    /// <summary>Whether an ask is in hand and was begun.</summary>
    public bool IsBegun(uint ask) => FindIn(ask) is var index and >= 0 && _asksIn![index].Begun;

    /// <summary>Whether the peer wants the answer to an ask no more, or it is not in hand.</summary>
    public bool IsCancelled(uint ask) => FindIn(ask) is not (var index and >= 0) || _asksIn![index].Cancelled;

    /// <summary>Answers an ask in hand.</summary>
    /// <param name="ask">Its number.</param>
    /// <param name="payload">As for <see cref="Send"/>.</param>
    /// <param name="now">The time.</param>
    public ReplyStatus Answer(uint ask, ReadOnlyMemory<byte> payload, TimeSpan now) => Reply(FrameType.Answer, ask, payload, 0, now);

    /// <summary>Answers an ask in hand, and writes the answer at once where nothing else waits to be written and there is room for all of it: as <see cref="Answer"/> and <see cref="Write"/>, without a detour over a queue.</summary>
    /// <param name="ask">Its number.</param>
    /// <param name="payload">As for <see cref="Send"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="room">Where to write.</param>
    /// <param name="written">How many bytes were, which must be sent, as those of <see cref="Write"/>; 0 if it waits, or was not accepted.</param>
    public ReplyStatus AnswerAtOnce(uint ask, ReadOnlyMemory<byte> payload, TimeSpan now, Span<byte> room, out int written)
    {
        written = 0;
        var length = FrameLayout.FieldsOf(FrameType.Answer) + payload.Length;
        if (length > FrameHeader.MaxBody || room.Length < FrameHeader.Size + length || HasOutput)
        {
            return Answer(ask, payload, now);
        }

        var status = TakeForReply(FrameType.Answer, ask, payload.Length, out var replied);
        if (status == ReplyStatus.Accepted)
        {
            TryFrame(FrameType.Answer, length, ref room, out var body);
            WriteAnswerFields(body, replied.Number, replied.Cost, replied.Nested, now);
            payload.Span.CopyTo(body[FrameLayout.FieldsOf(FrameType.Answer)..]);
            _lastMessage = now;
            written = FrameHeader.Size + length;
            var outbox = Outbox;
            outbox.Unsent += written;
            outbox.Stamp++;
            _closing.Progress(now);
            NoteOutput(now);
        }

        return status;
    }

    /// <summary>Refuses an ask in hand that was not begun.</summary>
    /// <param name="ask">Its number.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">The time.</param>
    public ReplyStatus Refuse(uint ask, RefusedReason reason, TimeSpan now) => Reply(FrameType.Refused, ask, default, reason, now);

    /// <summary>Whether a payload given to <see cref="Send"/>, <see cref="Ask"/> or <see cref="Answer"/> is not yet written whole.</summary>
    public bool HoldsPayloads => _outbox is { HoldsPayloads: true };

    /// <summary>
    /// Copies every payload that is not yet written into memory of the session's own, from a pool, so that the buffers given to <see cref="Send"/>,
    /// <see cref="Ask"/> and <see cref="Answer"/> are the caller's again. To be called after <see cref="Write"/>, when little or nothing is left.
    /// </summary>
    public void Retain() => _outbox?.Retain();

    /// <summary>Says that the handler of a message returned: only then is the peer told that it was delivered.</summary>
    /// <returns>False if no such message is in hand.</returns>
    public bool Handled(uint message, TimeSpan now)
    {
        if (_messagesIn is not { } messages)
        {
            return false;
        }

        var known = messages.Finish(message, now);
        _creditDue |= messages.Returnable >= Math.Max(_limits.Window, (int)Hello.EarlyWindow) / 2;
        NoteOutput(now);
        return known;
    }

    /// <summary>Stayer: asks the leaver to leave.</summary>
    /// <param name="reason">Why; not <see cref="DismissReason.Violation"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="grace">The time it is given, cut to 1 ms to 2^32 - 2 ms; null for the limit's.</param>
    /// <param name="retryAfter">After how long a new connection is welcome, cut likewise; null says nothing.</param>
    /// <param name="hard">How far progress extends the grace after Done, at least the grace; null for the limit's. What lies beyond the announced limit is cut.</param>
    /// <returns>False if it was dismissed before, or is ending already.</returns>
    /// <exception cref="InvalidOperationException">This side is the leaver.</exception>
    /// <exception cref="ArgumentException">The reason is a violation.</exception>
    public bool Dismiss(DismissReason reason, TimeSpan now, TimeSpan? grace = null, TimeSpan? retryAfter = null, TimeSpan? hard = null)
    {
        if (Role != Role.Stayer)
        {
            throw new InvalidOperationException("Only a stayer dismisses; a leaver leaves.");
        }

        if (reason == DismissReason.Violation)
        {
            throw new ArgumentException("A violation is found by the session, which tells it by itself.", nameof(reason));
        }

        if (State is not (SessionState.Greeting or SessionState.Open))
        {
            return false;
        }

        var given = Closing.Clamp(grace ?? _limits.Grace);

        // A leaver that never reads our Hello knows no hard limit, and waits no longer than the grace.
        var furthest = _helloWritten || _helloPending ? Closing.Min(hard ?? _limits.Hard, _limits.Hard) : given;
        _closing.Dismiss(now, given, Closing.Max(given, furthest));
        (_dismissReason, Made.DismissGrace, _dismissPending) = ((byte)reason, given, true);
        Made.RetryAfter = retryAfter is { } after ? (uint)Closing.Clamp(after).TotalMilliseconds : uint.MaxValue;
        NoteOutput(now);
        return true;
    }

    /// <summary>Leaver: ends the session once what is queued, in hand and owed is done.</summary>
    /// <param name="now">The time.</param>
    /// <param name="grace">How long to wait for that, cut to 1 ms to 2^32 - 2 ms; null for the limit's.</param>
    /// <returns>False if it is leaving already, or over.</returns>
    /// <exception cref="InvalidOperationException">This side is the stayer.</exception>
    public bool Leave(TimeSpan now, TimeSpan? grace = null) => Leave(now, Closing.Clamp(grace ?? _limits.Grace), DoneReason.Normal);

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
        (_leaveWanted, Made.LeaveGrace) = (true, grace);
        if (State == SessionState.Open)
        {
            _closing.Leave(now, grace, _limits.Hard);
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
            SessionState.Greeting when length > LargestToSend => SendStatus.NotOpen,
            not (SessionState.Greeting or SessionState.Open or SessionState.Dismissing) => SendStatus.Ending,
            _ when length > LargestToSend => SendStatus.TooLarge,
            _ when Queued > 0 && Queued + cost > _limits.Queue => SendStatus.Full,
            _ => SendStatus.Accepted,
        };
    }

    private SendStatus AdmitNested(int length) =>
        !_closing.IsBeforeDone || _closing.RefusalPassed ? SendStatus.Ending
        : length > LargestToSend ? SendStatus.TooLarge
        : NestedOut is { Count: >= Hello.MaxNested } ? SendStatus.Full
        : SendStatus.Accepted;

    private void Enqueue(FrameType type, uint number, ReadOnlyMemory<byte> payload, TimeSpan now)
    {
        var cost = (uint)payload.Length + Hello.Overhead;
        var outbox = Outbox;
        outbox.Queued += cost;
        outbox.Sends.Enqueue(new Outgoing(type, number, payload, cost, outbox.Stamp++));
        NoteOutput(now);
    }

    private ReplyStatus Reply(FrameType type, uint number, ReadOnlyMemory<byte> payload, RefusedReason reason, TimeSpan now)
    {
        var status = TakeForReply(type, number, payload.Length, out var ask);
        if (status == ReplyStatus.Accepted)
        {
            Reply(type, ask, payload, reason);
            NoteOutput(now);
        }

        return status;
    }

    /// <summary>Takes an ask out of those in hand, if it may be replied to like that.</summary>
    private ReplyStatus TakeForReply(FrameType type, uint number, int length, out AskIn ask)
    {
        ask = default;
        var index = _closing.IsOver ? -1 : FindIn(number);
        if (index < 0 || (type == FrameType.Refused && _asksIn![index].Begun))
        {
            return ReplyStatus.TooLate;
        }

        if (length > LargestToSend)
        {
            return ReplyStatus.TooLarge;
        }

        ask = RemoveIn(index);
        return ReplyStatus.Accepted;
    }

    private void Reply(FrameType type, AskIn ask, ReadOnlyMemory<byte> payload, RefusedReason reason)
    {
        if (type == FrameType.Refused)
        {
            Made.AsksRefused++;
        }

        Outbox.Replies.Enqueue(new Outgoing(type, ask.Number, payload, ask.Cost, Outbox.Stamp++, reason, ask.Nested));
    }

    private int FindIn(uint number) =>
        // A leaver that has said Done, and a stayer that has said Goodbye, reply to nothing.
        State is SessionState.Waiting or SessionState.Parting or SessionState.Expelling || _asksIn is null
            ? -1
            : _asksIn.Find(number, _asksIn.Count, static ask => ask.Number);

    private OpenAsks? FindOut(uint ticket, out int index)
    {
        index = _asksOut?.IndexOfTicket(ticket) ?? -1;
        if (index >= 0)
        {
            return _asksOut;
        }

        index = NestedOut?.IndexOfTicket(ticket) ?? -1;
        return index >= 0 ? NestedOut : null;
    }

    private AskIn RemoveIn(int index)
    {
        var ask = _asksIn![index];
        _asksIn.RemoveAt(index);
        if (ask.Nested)
        {
            Made.NestedIn--;
        }

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
}
