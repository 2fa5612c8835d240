using System.Buffers.Binary;
using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;

namespace Farewell.Protocol.Sessions;

/// <summary>What each frame does: <c>docs/protocol.md</c> section 6.3.</summary>
public sealed partial class Session
{
    private Intake? _messagesIn;
    private OpenList<AskIn>? _asksIn;
    private OpenAsks? _asksOut;
    private OpenAsks? _nestedOut;
    private long _asksReceived;
    private uint _asksSettled;
    private uint _answering;
    private int _nestedIn;
    private int _nestedUnreplied;
    private long _costOut;
    private long _askCostOut;
    private long _peerWindow = Hello.EarlyWindow;
    private int _peerLargest = (int)Hello.EarlyLargest;
    private Violation _told;

    private Violation Take(FrameHeader header, ReadOnlyMemory<byte> body, TimeSpan now)
    {
        // The application may have moved the machine on since the header was checked.
        if (Judge(FrameTable.ColumnOf((byte)header.Type)) is var verdict and not Verdict.Act)
        {
            Open(header, ignored: true);
            return verdict == Verdict.Ignore ? Violation.None : Violation.UnexpectedFrame;
        }

        var fields = body.Span;
        switch (header.Type)
        {
            case FrameType.Hello:
                return TakeHello(Hello.Read(fields), now);
            case FrameType.Message or FrameType.Ask or FrameType.Part:
                return TakePayload(header, body, now);
            case FrameType.Answer:
                return Confirm(At(fields, 4)) is var wrong and not Violation.None ? wrong : TakeAnswer(header, body, now);
            case FrameType.Refused:
                return Settle(At(fields, 0), out var refused) ? TellRefused(refused, fields[4]) : Violation.UnknownAsk;
            case FrameType.Cancel:
                return TakeCancel(At(fields, 0));
            case FrameType.Ping when _pongPending:
                return Violation.BadPing;
            case FrameType.Ping:
                (_pongPending, _pongNonce) = (true, At(fields, 0));
                return Violation.None;
            case FrameType.Pong:
                return TakePong(At(fields, 0), At(fields, 4), now);
            case FrameType.Credit:
                return Confirm(At(fields, 0)) is var miscounted and not Violation.None ? miscounted : GiveBack(At(fields, 4));
            case FrameType.Dismiss:
                return TakeDismiss(fields, now);
            case FrameType.Done:
                return TakeDone(fields, now);
            default:
                return TakeGoodbye(At(fields, 0));
        }
    }

    private Violation TakeHello(Hello peer, TimeSpan now)
    {
        Version = Math.Min(Hello.Version, peer.HighestVersion);
        if (Version < Math.Max(Hello.Version, peer.LowestVersion))
        {
            return Violation.NoCommonVersion;
        }

        if (peer.Role == Role)
        {
            return Violation.EqualRoles;
        }

        if (!peer.IsValid)
        {
            return Violation.BadHello;
        }

        Peer = peer;
        _peerWindow = Math.Max(peer.Window, Hello.EarlyWindow);
        _peerLargest = (int)Math.Max(peer.Largest, Hello.EarlyLargest);
        _helloPending |= !_helloWritten && State == SessionState.Greeting;
        if (_helloWritten)
        {
            NoteRoundTrip(now - _greetedAt);
        }

        _closing.Open();
        _lastMessage = now;
        _pending |= Pending.Opened;
        if (_leaveWanted)
        {
            _closing.Leave(now, _leaveGrace, _limits.Hard);
        }

        return Violation.None;
    }

    private Violation TakePayload(FrameHeader header, ReadOnlyMemory<byte> body, TimeSpan now)
    {
        var type = header.Type == FrameType.Part ? _openType : header.Type;
        var nested = header.Type == FrameType.Part ? _openNested : (header.Flags & FrameFlags.Nested) != 0;
        _lastMessage = now;
        if (!TryGather(header, ref body))
        {
            return Violation.None;
        }

        var cost = nested ? 0 : _openCost;
        switch (type)
        {
            case FrameType.Message:
                _held = new SessionEvent(SessionEventKind.Message, (_messagesIn ??= new Intake()).Add(cost), body);
                break;
            case FrameType.Answer:
                HandOutAnswer(body);
                break;
            case FrameType.Ask when nested && ++_nestedUnreplied > Hello.MaxNested:
                return Violation.CreditExceeded;
            case FrameType.Ask when Judge(FrameColumn.Ask) == Verdict.Act:
                TakeAsk(new AskIn((uint)++_asksReceived, cost, nested), body);
                break;
        }

        return Violation.None;
    }

    private void TakeAsk(AskIn ask, ReadOnlyMemory<byte> payload)
    {
        if (ask.Nested && _nestedIn >= _limits.Nested)
        {
            Reply(FrameType.Refused, ask, default, RefusedReason.Busy);
        }
        else if (_closing.RefusalPassed || (!ask.Nested && State is SessionState.Leaving or SessionState.Dismissed))
        {
            Reply(FrameType.Refused, ask, default, RefusedReason.Ending);
        }
        else
        {
            (_asksIn ??= Spare<OpenList<AskIn>>.Take()).Add(ask);
            _nestedIn += ask.Nested ? 1 : 0;
            _held = new SessionEvent(SessionEventKind.Ask, ask.Number, payload, Nested: ask.Nested);
        }
    }

    private Violation TakeAnswer(FrameHeader header, ReadOnlyMemory<byte> body, TimeSpan now)
    {
        if (!Settle(At(body.Span, 0), out var ask))
        {
            return Violation.UnknownAsk;
        }

        _lastMessage = now;
        _answering = ask.Cancelled ? 0 : ask.Ticket;
        body = body[FrameLayout.FieldsOf(FrameType.Answer)..];
        if (TryGather(header, ref body))
        {
            HandOutAnswer(body);
        }

        return Violation.None;
    }

    private void HandOutAnswer(ReadOnlyMemory<byte> payload)
    {
        if (_answering != 0)
        {
            _held = new SessionEvent(SessionEventKind.Answered, _answering, payload);
            _answering = 0;
        }
    }

    private Violation TellRefused(AskOut ask, byte reason)
    {
        if (!ask.Cancelled)
        {
            _held = new SessionEvent(SessionEventKind.Refused, ask.Ticket, Reason: reason);
        }

        return Violation.None;
    }

    private Violation TakeCancel(uint number)
    {
        if ((uint)_asksReceived - number >= Math.Min(_asksReceived, 1L << 31))
        {
            return Violation.UnknownAsk;
        }

        if (FindIn(number) is var index and >= 0 && !_asksIn![index].Cancelled)
        {
            if (_asksIn[index].Begun)
            {
                _asksIn[index].Cancelled = true;
            }
            else
            {
                Reply(FrameType.Refused, RemoveIn(index), default, RefusedReason.Cancelled);
            }

            _held = new SessionEvent(SessionEventKind.Cancelled, number);
        }

        return Violation.None;
    }

    /// <summary>A Pong withheld for an hour says nothing of the way.</summary>
    private void NoteRoundTrip(TimeSpan measured) => RoundTrip = Closing.Max(RoundTrip, Closing.Min(measured, _limits.Pong));

    private Violation TakePong(uint nonce, uint handled, TimeSpan now)
    {
        if (!_pingOpen || nonce != _pingNonce)
        {
            return Violation.BadPing;
        }

        _pingOpen = false;
        NoteRoundTrip(now - _pingAt);
        return Confirm(handled);
    }

    private Violation TakeDismiss(ReadOnlySpan<byte> fields, TimeSpan now)
    {
        // From then on no ask is queued, so a second one finds none.
        var isFirst = State != SessionState.Dismissed;
        _helloPending |= !_helloWritten;
        _dismissGrace = Believe(At(fields, 4));
        _closing.HearDismiss(now, _dismissGrace);
        _doneReason = DoneReason.Dismissed;
        _retryAfter = At(fields, 8);
        _dismissReason = fields[0];
        _told = fields[0] == (byte)DismissReason.Violation ? (Violation)fields[1] : Violation.None;
        _pending |= Pending.Dismissed | Pending.Unsent;
        Queued -= isFirst ? _sends?.Remove(FrameType.Ask) ?? 0 : 0;
        return Violation.None;
    }

    private Violation TakeDone(ReadOnlySpan<byte> fields, TimeSpan now)
    {
        if (fields[0] == (byte)DoneReason.Violation)
        {
            _told = (Violation)fields[1];
            _closing.End(Cause.ToldViolation, Disposition.Reset);
            return Violation.None;
        }

        var asks = At(fields, 8);
        var made = _asksBegun - (IsWriting(FrameType.Ask) ? 1u : 0);
        if (made - asks > made - _asksSettled)
        {
            return Violation.BadCount;
        }

        if (Confirm(At(fields, 4)) is var wrong and not Violation.None || (wrong = GiveBack(At(fields, 12))) != Violation.None)
        {
            return wrong;
        }

        _doneReason = (DoneReason)fields[0];
        _asksKnown = asks;
        _pingOpen = _pingDue = false;
        _pending |= Pending.PeerDone | Pending.Settled;
        Queued -= _sends?.Remove(FrameType.Ask) ?? 0;
        _replies?.Remove(FrameType.Ask);
        _replies?.Remove(FrameType.Cancel);
        _closing.HearDone(now, _limits.Grace, _limits.Hard, _limits.Parting, heardDismiss: _doneReason == DoneReason.Dismissed);
        return Violation.None;
    }

    private Violation TakeGoodbye(uint handled)
    {
        if (Confirm(handled) is var wrong and not Violation.None)
        {
            return wrong;
        }

        _closing.HearGoodbye();
        return Violation.None;
    }

    /// <summary>Joins parts. A payload in one frame stays where it is.</summary>
    private bool TryGather(FrameHeader header, ref ReadOnlyMemory<byte> payload)
    {
        Open(header, ignored: false);
        if (header.Type != FrameType.Part && !header.HasMore)
        {
            return true;
        }

        (_assembly ??= new Assembly()).Append(payload.Span);
        payload = _assembly.Payload;
        return _assembledHandedOut = !header.HasMore;
    }

    private Violation Confirm(uint handled)
    {
        if (handled - _delivered > _messagesWritten - _delivered)
        {
            return Violation.BadCount;
        }

        _pending |= handled != _delivered ? Pending.Delivered : 0;
        _delivered = handled;
        return Violation.None;
    }

    private Violation GiveBack(uint cost)
    {
        // Asks are returned by their replies alone.
        if (cost > _costOut - _askCostOut - (IsWriting(FrameType.Message) ? _current.Cost : 0))
        {
            return Violation.BadCount;
        }

        _costOut -= cost;
        return Violation.None;
    }

    private bool Settle(uint number, out AskOut ask)
    {
        ask = default;
        var asks = _asksOut;
        var index = asks?.IndexOfNumber(number) ?? -1;
        if (index < 0)
        {
            asks = _nestedOut;
            index = asks?.IndexOfNumber(number) ?? -1;
        }

        // Nobody can have received an ask whose last part is not written.
        if (index < 0 || (number == _asksBegun && IsWriting(FrameType.Ask)))
        {
            return false;
        }

        ask = asks!.RemoveAt(index);
        _asksSettled = number - _asksSettled <= _asksBegun - _asksSettled ? number : _asksSettled;
        _costOut -= ask.Cost;
        _askCostOut -= ask.Cost;
        return true;
    }

    /// <summary>Whether the payload of which some parts are written and some are not is of a type.</summary>
    private bool IsWriting(FrameType type) => _currentOpen && _current.Type == type;

    /// <summary>A time that the peer announced, as far as this side waits for any peer.</summary>
    private TimeSpan Believe(uint milliseconds) => Closing.Min(TimeSpan.FromMilliseconds(milliseconds), _limits.Patience);

    private static uint At(ReadOnlySpan<byte> fields, int offset) => BinaryPrimitives.ReadUInt32BigEndian(fields[offset..]);
}
