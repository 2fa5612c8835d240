using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>Payloads and replies on their way out, one at a time, large ones in parts.</summary>
public sealed partial class Session
{
    /// <summary>Takes what waits longest: a reply, or a message or ask if there is credit for it.</summary>
    private bool BeginNext(int room, bool fresh, TimeSpan now)
    {
        var maySend = MaySend;
        if (_replies is { Count: > 0 } replies && !(maySend && (int)(_sends!.Head.Stamp - replies.Head.Stamp) < 0))
        {
            if (!Fits(replies.Head, room, fresh))
            {
                return false;
            }

            _current = replies.Dequeue();
        }
        else if (maySend)
        {
            if (!Fits(_sends!.Head, room, fresh))
            {
                return false;
            }

            _current = _sends.Dequeue();
            _costOut += _current.Cost;
            _askCostOut += _current.Type == FrameType.Ask ? _current.Cost : 0;
            Queued -= _current.Cost;
            _messagesBegun += _current.Type == FrameType.Message ? 1u : 0;
        }
        else
        {
            return false;
        }

        (_currentOpen, _currentOffset) = (true, -1);
        if (_current.Type == FrameType.Ask)
        {
            _lastHeard = IsPingSuspended ? now : _lastHeard;
            (_current.Nested ? _nestedOut : _asksOut)!.Write(++_asksBegun);
        }

        return true;
    }

    /// <summary>Whether the first frame fits: what has no byte written is not begun.</summary>
    private bool Fits(in Outgoing next, int room, bool fresh)
    {
        var fields = FrameLayout.FieldsOf(next.Type);
        return !FrameLayout.CarriesPayload(next.Type) || PartLength(next.Payload.Length, fields, room - FrameHeader.Size - fields, fresh) >= 0;
    }

    private bool WritePayload(ref Span<byte> room, bool fresh, TimeSpan now)
    {
        var begins = _currentOffset < 0;
        var offset = Math.Max(0, _currentOffset);
        var left = _current.Payload.Length - offset;
        var fields = begins ? FrameLayout.FieldsOf(_current.Type) : 0;
        var length = PartLength(begins ? left : Math.Min(left, _limits.Part), fields, room.Length - FrameHeader.Size - fields, fresh);
        if (length < 0)
        {
            return false;
        }

        var flags = (length < left ? FrameFlags.More : FrameFlags.None) | (begins && _current is { Type: FrameType.Ask, Nested: true } ? FrameFlags.Nested : FrameFlags.None);
        TryFrame(begins ? _current.Type : FrameType.Part, fields + length, ref room, out var body, flags);
        if (begins && _current.Type == FrameType.Answer)
        {
            Put(body, 0, _current.Number);
            Put(body, 4, Report());
            NoteReply();

            // The reply is not owed any more, so ping and pong go on, from here and not from before the handler began.
            _lastHeard = now;
        }

        _current.Payload.Span.Slice(offset, length).CopyTo(body[fields..]);
        _currentOffset = offset + length;
        _lastMessage = now;
        if (length == left)
        {
            EndPayload();
        }

        return true;
    }

    /// <summary>How much of a payload goes into the next frame; -1 if it had better wait for more room.</summary>
    private int PartLength(int left, int fields, int room, bool fresh)
    {
        if (left <= room && left <= FrameHeader.MaxBody - fields)
        {
            return left;
        }

        if (left > FrameHeader.MaxBody - fields)
        {
            left = _limits.Part;
        }

        var length = Math.Min(left, room);
        return length > 0 && (fresh || length == left || length >= WorthwhilePart) ? length : -1;
    }

    private void EndPayload()
    {
        _messagesWritten += _current.Type == FrameType.Message ? 1u : 0;
        EndCurrent();
    }

    private bool WriteRefused(ref Span<byte> room, TimeSpan now)
    {
        if (!TryFrame(FrameType.Refused, 5, ref room, out var body))
        {
            return false;
        }

        Put(body, 0, _current.Number);
        body[4] = (byte)_current.Reason;
        NoteReply();
        _lastHeard = _lastMessage = now;
        EndCurrent();
        return true;
    }

    private bool WriteCancel(ref Span<byte> room)
    {
        // Replied to in the meantime, there is nothing left to cancel.
        if (FindOut(_current.Number, out var index) is { } asks)
        {
            if (!TryFrame(FrameType.Cancel, 4, ref room, out var body))
            {
                return false;
            }

            Put(body, 0, asks[index].Number);
        }

        EndCurrent();
        return true;
    }

    private void NoteReply()
    {
        _costIn -= _current.Cost;
        _nestedUnreplied -= _current.Nested ? 1 : 0;
    }

    private void EndCurrent()
    {
        _current.Release();
        _current = default;
        _currentOpen = false;
    }
}
