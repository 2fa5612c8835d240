namespace Farewell.Protocol.Sessions;

/// <summary>From what frames and deadlines did to events.</summary>
public sealed partial class Session
{
    private Pending _pending;
    private uint _delivered;
    private byte _dismissReason;
    private bool _endTold;

    private bool TakePending(out SessionEvent happened)
    {
        if (_pending != Pending.None && TakeFlagged(out happened))
        {
            return true;
        }

        if (_inbound is { Held.Kind: not SessionEventKind.None } inbound)
        {
            happened = inbound.Held;
            inbound.Held = default;
            return true;
        }

        happened = default;
        return _closing.IsOver && !_endTold && TakeEnd(out happened);
    }

    private bool TakeFlagged(out SessionEvent happened)
    {
        if (Clear(Pending.Opened))
        {
            happened = new SessionEvent(SessionEventKind.Opened);
            return true;
        }

        if (Clear(Pending.Delivered))
        {
            happened = new SessionEvent(SessionEventKind.Delivered, DeliveredUpTo);
            return true;
        }

        if (Clear(Pending.Dismissed))
        {
            happened = new SessionEvent(SessionEventKind.Dismissed, Reason: _dismissReason, What: _told,
                RetryAfter: Made.RetryAfter == uint.MaxValue ? null : TimeSpan.FromMilliseconds(Made.RetryAfter));
            return true;
        }

        if ((_pending & Pending.Unsent) != 0 && TakeAsk(unsentOnly: true, out happened))
        {
            return true;
        }

        _pending &= ~Pending.Unsent;
        if (Clear(Pending.PeerDone))
        {
            happened = new SessionEvent(SessionEventKind.PeerDone, Reason: (byte)_doneReason);
            return true;
        }

        if ((_pending & Pending.Settled) != 0 && TakeAsk(unsentOnly: false, out happened))
        {
            return true;
        }

        _pending = Pending.None;
        happened = default;
        return false;
    }

    private bool TakeEnd(out SessionEvent happened)
    {
        if (TakeAsk(unsentOnly: false, out happened))
        {
            return true;
        }

        if (Answering != 0)
        {
            // Its answer had begun to come, in parts, and did not come whole.
            happened = new SessionEvent(SessionEventKind.Unknown, Answering);
            _inbound!.Answering = 0;
            return true;
        }

        _endTold = true;
        _inbound?.Drop();
        _outbox?.Clear();
        happened = new SessionEvent(SessionEventKind.Ended);
        return true;
    }

    /// <summary>Takes the next own ask that will get no reply, and tells what is known of it.</summary>
    private bool TakeAsk(bool unsentOnly, out SessionEvent happened) =>
        TakeAsk(_asksOut, unsentOnly ? _asksOut?.Written ?? 0 : 0, out happened) || (!unsentOnly && TakeAsk(NestedOut, 0, out happened));

    private bool TakeAsk(OpenAsks? asks, int from, out SessionEvent happened)
    {
        while (asks is not null && asks.Count > from)
        {
            var isWritten = asks.Written > from;
            var ask = asks.RemoveAt(from);
            if (!ask.Cancelled)
            {
                happened = !isWritten
                    ? new SessionEvent(SessionEventKind.Refused, ask.Ticket, Reason: (byte)RefusedReason.NotSent)
                    : WasNotReceived(ask)
                        ? new SessionEvent(SessionEventKind.Refused, ask.Ticket, Reason: (byte)RefusedReason.Ending)
                        : new SessionEvent(SessionEventKind.Unknown, ask.Ticket);
                return true;
            }
        }

        happened = default;
        return false;
    }

    /// <summary>Of those that <see cref="TakeAsk(OpenAsks?, int, out SessionEvent)"/> will take, how many it will tell as unknown.</summary>
    private int CountUnknown(OpenAsks? asks)
    {
        var count = 0;
        for (var i = 0; i < asks?.Written; i++)
        {
            count += asks[i].Cancelled || WasNotReceived(asks[i]) ? 0 : 1;
        }

        return count;
    }

    private bool WasNotReceived(AskOut ask) => (_pending & Pending.Settled) != 0 && _asksBegun - ask.Number < _asksBegun - Made.AsksKnown;

    private bool Clear(Pending flag)
    {
        var was = (_pending & flag) != 0;
        _pending &= ~flag;
        return was;
    }
}
