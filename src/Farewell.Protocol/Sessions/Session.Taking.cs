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
    private long _asksReceived;
    private uint _asksSettled;
    private uint _costOut;
    private uint _askCostOut;
    private Violation _told;

    /// <summary>The cost that the peer lets be sent and not be returned.</summary>
    private uint PeerWindow => _peer?.Window ?? Hello.EarlyWindow;

    private Violation Take(FrameHeader header, ReadOnlyMemory<byte> body, bool isJudged, TimeSpan now, ref SessionEvent happened)
    {
        // The application may have moved the machine on since the header was checked, unless that was just now.
        if (!isJudged && Judge(FrameTable.ColumnOf((byte)header.Type)) is var verdict and not Verdict.Act)
        {
            _inbound!.Open(header, ignored: true);
            return verdict == Verdict.Ignore ? Violation.None : Violation.UnexpectedFrame;
        }

        var fields = body.Span;
        switch (header.Type)
        {
            case FrameType.Hello:
                return TakeHello(Hello.Read(fields), now);
            case FrameType.Message or FrameType.Ask or FrameType.Part:
                return TakePayload(header, body, now, ref happened);
            case FrameType.Answer:
                return Confirm(At(fields, 4)) is var wrong and not Violation.None ? wrong : TakeAnswer(header, body, now, ref happened);
            case FrameType.Refused:
                return Settle(At(fields, 0), out var refused) ? TellRefused(refused, fields[4], ref happened) : Violation.UnknownAsk;
            case FrameType.Cancel:
                return TakeCancel(At(fields, 0), ref happened);
            case FrameType.Ping when _pongPending:
                return Violation.BadPing;
            case FrameType.Ping:
                (_pongPending, Outbox.PongNonce) = (true, At(fields, 0));
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

        _peer = Announced.Of(peer);
        _helloPending |= !_helloWritten && State == SessionState.Greeting;
        if (_helloWritten)
        {
            NoteRoundTrip(now - _calledAt);
        }

        _closing.Open();
        _lastMessage = now;
        _pending |= Pending.Opened;
        if (_leaveWanted)
        {
            _closing.Leave(now, Made.LeaveGrace, _limits.Hard);
        }

        return Violation.None;
    }

    private Violation TakePayload(FrameHeader header, ReadOnlyMemory<byte> body, TimeSpan now, ref SessionEvent happened)
    {
        var inbound = _inbound!;
        var (type, nested) = (inbound.TypeOf(header), inbound.IsNested(header));
        _lastMessage = now;
        if (!inbound.TryGather(header, ref body))
        {
            return Violation.None;
        }

        var cost = nested ? 0 : inbound.OpenCost;
        switch (type)
        {
            case FrameType.Message:
                happened = new SessionEvent(SessionEventKind.Message, (_messagesIn ??= new Intake()).Add(cost), body);
                break;
            case FrameType.Answer:
                inbound.HandOutAnswer(body, ref happened);
                break;
            case FrameType.Ask when nested && ++Made.NestedUnreplied > Hello.MaxNested:
                return Violation.CreditExceeded;
            case FrameType.Ask when Judge(FrameColumn.Ask) == Verdict.Act:
                TakeAsk(new AskIn((uint)++_asksReceived, cost, nested), body, ref happened);
                break;
        }

        return Violation.None;
    }

    private void TakeAsk(AskIn ask, ReadOnlyMemory<byte> payload, ref SessionEvent happened)
    {
        if (ask.Nested && (_rare?.NestedIn ?? 0) >= _limits.Nested)
        {
            Reply(FrameType.Refused, ask, default, RefusedReason.Busy);
        }
        else if (_closing.RefusalPassed || (!ask.Nested && State is SessionState.Leaving or SessionState.Dismissed))
        {
            Reply(FrameType.Refused, ask, default, RefusedReason.Ending);
        }
        else
        {
            (_asksIn ??= Spares.TakeAsksIn()).Add(ask);
            if (ask.Nested)
            {
                Made.NestedIn++;
            }

            happened = new SessionEvent(SessionEventKind.Ask, ask.Number, payload, Nested: ask.Nested);
        }
    }

    private Violation TakeAnswer(FrameHeader header, ReadOnlyMemory<byte> body, TimeSpan now, ref SessionEvent happened)
    {
        if (!Settle(At(body.Span, 0), out var ask))
        {
            return Violation.UnknownAsk;
        }

        _lastMessage = now;
        var inbound = _inbound!;
        inbound.Answering = ask.Cancelled ? 0 : ask.Ticket;
        body = body[FrameLayout.FieldsOf(FrameType.Answer)..];
        if (inbound.TryGather(header, ref body))
        {
            inbound.HandOutAnswer(body, ref happened);
        }

        return Violation.None;
    }

    private static Violation TellRefused(AskOut ask, byte reason, ref SessionEvent happened)
    {
        if (!ask.Cancelled)
        {
            happened = new SessionEvent(SessionEventKind.Refused, ask.Ticket, Reason: reason);
        }

        return Violation.None;
    }

    private Violation TakeCancel(uint number, ref SessionEvent happened)
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

            happened = new SessionEvent(SessionEventKind.Cancelled, number);
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
        NoteRoundTrip(now - _calledAt);
        return Confirm(handled);
    }

    private Violation TakeDismiss(ReadOnlySpan<byte> fields, TimeSpan now)
    {
        // From then on no ask is queued, so a second one finds none.
        var isFirst = State != SessionState.Dismissed;
        _helloPending |= !_helloWritten;
        Made.DismissGrace = Believe(At(fields, 4));
        _closing.HearDismiss(now, DismissGrace);
        _doneReason = DoneReason.Dismissed;
        Made.RetryAfter = At(fields, 8);
        _dismissReason = fields[0];
        _told = fields[0] == (byte)DismissReason.Violation ? (Violation)fields[1] : Violation.None;
        _pending |= Pending.Dismissed | Pending.Unsent;
        if (isFirst)
        {
            _outbox?.RemoveAsks();
        }

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
        var made = _asksBegun - (IsWritingA(FrameType.Ask) ? 1u : 0);
        if (made - asks > made - _asksSettled)
        {
            return Violation.BadCount;
        }

        if (Confirm(At(fields, 4)) is var wrong and not Violation.None || (wrong = GiveBack(At(fields, 12))) != Violation.None)
        {
            return wrong;
        }

        _doneReason = (DoneReason)fields[0];
        Made.AsksKnown = asks;
        _pingOpen = _pingDue = false;
        _pending |= Pending.PeerDone | Pending.Settled;
        _outbox?.RemoveAsks();
        _outbox?.Replies.Remove(FrameType.Ask);
        _outbox?.Replies.Remove(FrameType.Cancel);
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
        if (cost > _costOut - _askCostOut - (IsWritingA(FrameType.Message) ? _outbox!.Current.Cost : 0))
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
            asks = NestedOut;
            index = asks?.IndexOfNumber(number) ?? -1;
        }

        // Nobody can have received an ask whose last part is not written.
        if (index < 0 || (number == _asksBegun && IsWritingA(FrameType.Ask)))
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
    private bool IsWritingA(FrameType type) => IsWriting && _outbox!.Current.Type == type;

    /// <summary>A time that the peer announced, as far as this side waits for any peer.</summary>
    private TimeSpan Believe(uint milliseconds) => Closing.Min(TimeSpan.FromMilliseconds(milliseconds), _limits.Patience);

    private static uint At(ReadOnlySpan<byte> fields, int offset) => BinaryPrimitives.ReadUInt32BigEndian(fields[offset..]);
}
