using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>Payloads and replies on their way out, one at a time, large ones in parts.</summary>
public sealed partial class Session
{
    /// <summary>Takes what waits longest: a reply, or a message or ask if there is credit for it.</summary>
    private bool BeginNext(int room, bool fresh, TimeSpan now)
    {
        if (_outbox is not { } outbox)
        {
            return false;
        }

        var maySend = MaySend;
        if (outbox.Replies.Count > 0 && !(maySend && (int)(outbox.Sends.Head.Stamp - outbox.Replies.Head.Stamp) < 0))
        {
            if (!Fits(outbox.Replies.Head, room, fresh))
            {
                return false;
            }

            outbox.Begin(outbox.Replies.Dequeue());
        }
        else if (maySend)
        {
            if (!Fits(outbox.Sends.Head, room, fresh))
            {
                return false;
            }

            outbox.Begin(outbox.Sends.Dequeue());
            ref readonly var sent = ref outbox.Current;
            _costOut += sent.Cost;
            _askCostOut += sent.Type == FrameType.Ask ? sent.Cost : 0;
            outbox.Queued -= sent.Cost;
            _messagesBegun += sent.Type == FrameType.Message ? 1u : 0;
        }
        else
        {
            return false;
        }

        ref readonly var begun = ref outbox.Current;
        if (begun.Type == FrameType.Ask)
        {
            _lastHeard = IsPingSuspended ? now : _lastHeard;
            (begun.Nested ? NestedOut : _asksOut)!.Write(++_asksBegun);
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
        var outbox = _outbox!;
        ref readonly var current = ref outbox.Current;
        var begins = outbox.Offset < 0;
        var offset = Math.Max(0, outbox.Offset);
        var left = current.Payload.Length - offset;
        var fields = begins ? FrameLayout.FieldsOf(current.Type) : 0;
        var length = PartLength(begins ? left : Math.Min(left, _limits.Part), fields, room.Length - FrameHeader.Size - fields, fresh);
        if (length < 0)
        {
            return false;
        }

        var flags = (length < left ? FrameFlags.More : FrameFlags.None) | (begins && current is { Type: FrameType.Ask, Nested: true } ? FrameFlags.Nested : FrameFlags.None);
        TryFrame(begins ? current.Type : FrameType.Part, fields + length, ref room, out var body, flags);
        if (begins && current.Type == FrameType.Answer)
        {
            WriteAnswerFields(body, current.Number, current.Cost, current.Nested, now);
        }

        current.Payload.Span.Slice(offset, length).CopyTo(body[fields..]);
        outbox.Offset = offset + length;
        _lastMessage = now;
        if (length == left)
        {
            _messagesWritten += current.Type == FrameType.Message ? 1u : 0;
            outbox.EndCurrent();
        }

        return true;
    }

    private void WriteAnswerFields(Span<byte> body, uint ask, uint cost, bool nested, TimeSpan now)
    {
        Put(body, 0, ask);
        Put(body, 4, Report());
        NoteReply(cost, nested);

        // The reply is not owed any more, so ping and pong go on, from here and not from before the handler began.
        _lastHeard = now;
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

    private bool WriteRefused(ref Span<byte> room, TimeSpan now)
    {
        if (!TryFrame(FrameType.Refused, 5, ref room, out var body))
        {
            return false;
        }

        ref readonly var current = ref _outbox!.Current;
        Put(body, 0, current.Number);
        body[4] = (byte)current.Reason;
        NoteReply(current.Cost, current.Nested);
        _lastHeard = _lastMessage = now;
        _outbox.EndCurrent();
        return true;
    }

    private bool WriteCancel(ref Span<byte> room)
    {
        // Replied to in the meantime, there is nothing left to cancel.
        if (FindOut(_outbox!.Current.Number, out var index) is { } asks)
        {
            if (!TryFrame(FrameType.Cancel, 4, ref room, out var body))
            {
                return false;
            }

            Put(body, 0, asks[index].Number);
        }

        _outbox.EndCurrent();
        return true;
    }

    private void NoteReply(uint cost, bool nested)
    {
        _costIn -= cost;
        if (nested)
        {
            Made.NestedUnreplied--;
        }
    }
}
