using System.Buffers.Binary;
using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>From what is to be said to bytes.</summary>
public sealed partial class Session
{
    /// <summary>The least room that <see cref="Write"/> needs to make progress, in bytes.</summary>
    public const int LeastRoom = 64;

    private const int WorthwhilePart = 1024;

    private bool _helloPending;
    private bool _helloWritten;
    private bool _dismissPending;
    private bool _dismissWritten;
    private bool _tellPending;
    private bool _pongPending;
    private bool _pingDue;
    private bool _pingOpen;
    private bool _creditDue;
    private uint _pingNonce;
    private uint _messagesBegun;
    private uint _messagesWritten;
    private uint _asksBegun;

    /// <summary>Whether <see cref="Write"/> has something to give.</summary>
    public bool HasOutput => !_closing.IsOver && State switch
    {
        SessionState.Waiting or SessionState.Parting or SessionState.Ended => false,
        SessionState.Expelling => _helloPending || _tellPending,
        _ => _helloPending || _dismissPending || _pongPending || (_pingDue && State == SessionState.Open)
            || (_creditDue && _closing.IsBeforeDone) || IsWriting || HasReplies || MaySend || IsReadyForDone || IsReadyForGoodbye,
    };

    /// <summary>About how many bytes of payload <see cref="Write"/> has to give, for whoever chooses the room: what is being written, the next reply, and all messages and asks that wait.</summary>
    public long PayloadToWrite => _outbox?.PayloadToWrite ?? 0;

    /// <summary>Writes as many bytes of what is to be sent as fit. What it gives must be sent, in order.</summary>
    /// <param name="destination">At least <see cref="LeastRoom"/> bytes, or nothing may be written.</param>
    /// <param name="now">The time.</param>
    /// <returns>How many bytes; they count as not sent until <see cref="Sent"/> is told.</returns>
    public int Write(Span<byte> destination, TimeSpan now)
    {
        var room = destination;
        while (WriteNext(ref room, room.Length == destination.Length, now))
        {
            _closing.Progress(now);
        }

        var written = destination.Length - room.Length;
        if (written > 0)
        {
            Outbox.Unsent += written;
        }

        NoteOutput(now);
        return written;
    }

    /// <summary>Says that the transport accepted bytes that <see cref="Write"/> gave. For TCP: that the kernel took them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than were given.</exception>
    public void Sent(int count, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _outbox?.Unsent ?? 0);
        _outbox?.Accepted(count, now);
        if (State == SessionState.Parting && _outbox is not { Unsent: > 0 } && count > 0)
        {
            _closing.GoodbyeSent(now, _limits.Parting);
        }

        Tidy(now);
    }

    private Outbox Outbox => _outbox ??= Spares.TakeOutbox();

    private bool IsWriting => _outbox is { IsWriting: true };

    private bool HasReplies => _outbox is { Replies.Count: > 0 };

    private bool MaySend => _outbox is { Sends: { Count: > 0 } sends } && sends.Head.Cost + _costOut <= PeerWindow
        && (Peer is not null || (_helloWritten && (_limits.Pipeline || State == SessionState.Dismissed)));

    private bool IsReadyForDone => State is SessionState.Leaving or SessionState.Dismissed && !IsWriting && !HasReplies
        && (_closing.RefusalPassed || (IsAllHandled && _outbox is not { Sends.Count: > 0 } && !IsOwedAnAnswer));

    private bool IsReadyForGoodbye => State == SessionState.Finishing && !IsWriting && !HasReplies
        && (_closing.GracePassed || (IsAllHandled && !MaySend));

    private bool IsAllHandled => AsksInHand == 0 && _messagesIn is not { AllHandled: false };

    private bool IsOwedAnAnswer => _asksOut is { Wanted: > 0 } || NestedOut is { Wanted: > 0 } || Answering != 0;

    private bool WriteNext(ref Span<byte> room, bool fresh, TimeSpan now)
    {
        if (_closing.IsOver || State is SessionState.Waiting or SessionState.Parting or SessionState.Ended)
        {
            return false;
        }

        if (_helloPending)
        {
            return WriteHello(ref room, now);
        }

        if (_tellPending)
        {
            return WriteTold(ref room);
        }

        if (State == SessionState.Expelling)
        {
            return false;
        }

        if (_dismissPending)
        {
            return WriteDismiss(ref room);
        }

        if (_pongPending)
        {
            return WritePong(ref room);
        }

        if (_pingDue && State == SessionState.Open)
        {
            return WritePing(ref room, now);
        }

        if (_creditDue && _closing.IsBeforeDone)
        {
            return WriteCredit(ref room);
        }

        if (IsWriting || BeginNext(room.Length, fresh, now))
        {
            return _outbox!.Current.Type switch
            {
                FrameType.Refused => WriteRefused(ref room, now),
                FrameType.Cancel => WriteCancel(ref room),
                _ => WritePayload(ref room, fresh, now),
            };
        }

        return IsReadyForDone ? WriteDone(ref room, now) : IsReadyForGoodbye && WriteGoodbye(ref room);
    }

    private bool WriteHello(ref Span<byte> room, TimeSpan now)
    {
        if (!TryFrame(FrameType.Hello, Hello.Size, ref room, out var body))
        {
            return false;
        }

        _limits.ToHello(Role).Write(body);
        (_helloPending, _helloWritten, _calledAt) = (false, true, now);
        return true;
    }

    private bool WriteTold(ref Span<byte> room)
    {
        if (Role == Role.Leaver)
        {
            return WriteDoneFrame(ref room, DoneReason.Violation, _closing.What) && !(_tellPending = false);
        }

        if (!TryFrame(FrameType.Dismiss, 12, ref room, out var body))
        {
            return false;
        }

        body.Clear();
        (body[0], body[1]) = ((byte)DismissReason.Violation, (byte)_closing.What);
        Put(body, 4, (uint)_limits.Discard.TotalMilliseconds);
        Put(body, 8, uint.MaxValue);
        _tellPending = false;
        return true;
    }

    private bool WriteDismiss(ref Span<byte> room)
    {
        if (!TryFrame(FrameType.Dismiss, 12, ref room, out var body))
        {
            return false;
        }

        body.Clear();
        body[0] = _dismissReason;
        Put(body, 4, (uint)Math.Ceiling(DismissGrace.TotalMilliseconds));
        Put(body, 8, Made.RetryAfter);
        (_dismissPending, _dismissWritten) = (false, true);
        return true;
    }

    private bool WritePong(ref Span<byte> room)
    {
        if (!TryFrame(FrameType.Pong, 8, ref room, out var body))
        {
            return false;
        }

        Put(body, 0, Outbox.PongNonce);
        Put(body, 4, Report());
        _pongPending = false;
        return true;
    }

    private bool WritePing(ref Span<byte> room, TimeSpan now)
    {
        if (!TryFrame(FrameType.Ping, 4, ref room, out var body))
        {
            return false;
        }

        Put(body, 0, ++_pingNonce);
        (_pingDue, _pingOpen, _calledAt) = (false, true, now);
        return true;
    }

    private bool WriteCredit(ref Span<byte> room)
    {
        if (!TryFrame(FrameType.Credit, 8, ref room, out var body))
        {
            return false;
        }

        Put(body, 0, Report());
        Put(body, 4, ReturnCost());
        _creditDue = false;
        return true;
    }

    private bool WriteDone(ref Span<byte> room, TimeSpan now)
    {
        if (!WriteDoneFrame(ref room, _doneReason, Violation.None))
        {
            return false;
        }

        var twice = Closing.Max(RoundTrip * 2, _limits.LeastTwoRoundTrips);
        var grace = Peer is { } peer ? Believe(peer.Grace) : DismissGrace > TimeSpan.Zero ? DismissGrace : _limits.Grace;
        var hard = Peer is { } same ? Believe(same.Hard) : grace;
        _closing.SayDone(now, Closing.Max(grace, DismissGrace) + twice, Closing.Max(hard, DismissGrace) + twice);
        return true;
    }

    private bool WriteDoneFrame(ref Span<byte> room, DoneReason reason, Violation what)
    {
        if (!TryFrame(FrameType.Done, 16, ref room, out var body))
        {
            return false;
        }

        body.Clear();
        (body[0], body[1]) = ((byte)reason, (byte)what);
        Put(body, 4, Report());
        Put(body, 8, (uint)_asksReceived);
        Put(body, 12, ReturnCost());
        return true;
    }

    private bool WriteGoodbye(ref Span<byte> room)
    {
        if (!TryFrame(FrameType.Goodbye, 4, ref room, out var body))
        {
            return false;
        }

        Put(body, 0, Report());
        _closing.SayGoodbye();
        return true;
    }

    private uint Report() => _messagesIn?.Report() ?? 0;

    private uint ReturnCost()
    {
        var cost = _messagesIn?.TakeReturnable() ?? 0;
        _costIn -= cost;
        return cost;
    }

    private static bool TryFrame(FrameType type, int length, ref Span<byte> room, out Span<byte> body, FrameFlags flags = FrameFlags.None)
    {
        body = default;
        if (room.Length < FrameHeader.Size + length)
        {
            return false;
        }

        new FrameHeader(type, flags, (ushort)length).Write(room);
        body = room.Slice(FrameHeader.Size, length);
        room = room[(FrameHeader.Size + length)..];
        return true;
    }

    private static void Put(Span<byte> body, int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(body[offset..], value);
}
