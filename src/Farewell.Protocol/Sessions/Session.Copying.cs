namespace Farewell.Protocol.Sessions;

/// <summary>Copying and hashing, for the exploration.</summary>
public sealed partial class Session
{
    internal bool HasUnsent => _outbox is { Unsent: > 0 };

    internal bool OwesReport => HasUnreported;

    internal Session Clone()
    {
        var clone = (Session)MemberwiseClone();
        clone._closing = _closing.Clone();
        clone._inbound = _inbound?.Clone();
        clone._outbox = _outbox?.Clone();
        clone._rare = _rare?.Clone();
        clone._messagesIn = _messagesIn?.Clone();
        clone._asksIn = _asksIn?.Clone();
        clone._asksOut = _asksOut?.Clone();
        return clone;
    }

    /// <summary>Adds everything that the session's future depends on; times as distances from now, and those whose deadline does not run now but may later, too.</summary>
    internal void AddTo(ref StateHash hash, TimeSpan now)
    {
        _closing.AddTo(ref hash, now);
        _inbound?.AddTo(ref hash);
        hash.Add((_anyByte ? 1 : 0) | _prefix << 1);
        hash.Add((_helloPending ? 1 : 0) | (_helloWritten ? 2 : 0) | (_dismissPending ? 4 : 0) | (_dismissWritten ? 8 : 0)
            | (_tellPending ? 16 : 0) | (_pongPending ? 32 : 0) | (_pingDue ? 64 : 0) | (_pingOpen ? 128 : 0) | (_creditDue ? 256 : 0)
            | (_leaveWanted ? 1024 : 0) | (_paused ? 2048 : 0) | (_endTold ? 4096 : 0)
            | (int)_pending << 16 | (int)_doneReason << 24);
        AddCounts(ref hash);
        AddTimes(ref hash, now);
        AddQueues(ref hash);
    }

    private void AddCounts(ref StateHash hash)
    {
        hash.Add(_costIn | (long)_costOut << 32);
        hash.Add(_askCostOut | (long)_asksSettled << 32);
        hash.Add(_delivered);
        hash.Add(_messagesBegun | (long)_messagesWritten << 32);
        hash.Add(_asksReceived | (long)_asksBegun << 32);
        hash.Add(_tickets | (long)_messagesAccepted << 32);
        hash.Add((uint)(_rare?.NestedIn ?? 0) | (long)(_rare?.NestedUnreplied ?? 0) << 32);
        hash.Add(_rare?.AsksKnown ?? 0);
        hash.Add((uint)LargestToSend | (long)PeerWindow << 32);
    }

    private void AddTimes(ref StateHash hash, TimeSpan now)
    {
        for (var deadline = Rules.Deadline.Idle; deadline <= Rules.Deadline.Confirm; deadline++)
        {
            var due = Due(deadline);
            hash.Add(due == Closing.Never ? -1 : (due - now).Ticks);
        }

        // Two round trips are asked for by Done alone, and are then part of a deadline.
        hash.Add(Role == Role.Leaver ? Closing.Max(RoundTrip * 2, _limits.LeastTwoRoundTrips).Ticks : 0);
        hash.Add(_pingOpen ? (now - _calledAt).Ticks : 0);
        hash.Add(Role == Role.Leaver && _helloWritten && Peer is null ? (now - _calledAt).Ticks : 0);
        hash.Add(_leaveWanted && State == SessionState.Greeting ? Made.LeaveGrace.Ticks : 0);
        hash.Add(DismissGrace.Ticks);
        hash.Add(Peer is { } peer ? peer.Grace | (long)peer.Hard << 32 : -1);
        hash.Add((_closing.ExtendedTo(now) - now).Ticks);
    }

    /// <summary>An empty list is as good as none: which of them there is, is a matter of memory.</summary>
    private static void AddAsks(OpenAsks? asks, ref StateHash hash)
    {
        if (asks is { Count: > 0 })
        {
            asks.AddTo(ref hash);
        }
    }

    private void AddQueues(ref StateHash hash)
    {
        _messagesIn?.AddTo(ref hash);
        _outbox?.AddTo(ref hash);
        _rare?.Gaps?.AddTo(ref hash);
        for (var i = 0; i < AsksInHand; i++)
        {
            ref var ask = ref _asksIn![i];
            hash.Add(ask.Number | (ask.Begun ? 1L << 32 : 0) | (ask.Nested ? 1L << 33 : 0) | (ask.Cancelled ? 1L << 34 : 0));
            hash.Add(ask.Cost);
        }

        AddAsks(_asksOut, ref hash);
        AddAsks(NestedOut, ref hash);
    }
}
