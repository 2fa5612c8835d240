namespace Farewell.Protocol.Sessions;

/// <summary>Copying and hashing, for the exploration.</summary>
public sealed partial class Session
{
    internal bool HasUnsent => _unsent > 0;

    internal bool OwesReport => HasUnreported;

    internal Session Clone()
    {
        var clone = (Session)MemberwiseClone();
        clone._closing = _closing.Clone();
        clone._reader = _reader?.Clone();
        clone._assembly = _assembly?.Clone();
        clone._messagesIn = _messagesIn?.Clone();
        clone._asksIn = _asksIn?.Clone();
        clone._asksOut = _asksOut?.Clone();
        clone._nestedOut = _nestedOut?.Clone();
        clone._current = _current.Copy();
        clone._sends = _sends?.Clone();
        clone._replies = _replies?.Clone();
        clone._gaps = _gaps?.Clone();
        return clone;
    }

    /// <summary>Adds everything that the session's future depends on; times as distances from now, and those whose deadline does not run now but may later, too.</summary>
    internal void AddTo(ref StateHash hash, TimeSpan now)
    {
        _closing.AddTo(ref hash, now);
        _reader?.AddTo(ref hash);
        hash.Add((int)_openType | (_openNested ? 256 : 0) | (_openIgnored ? 512 : 0) | (_anyByte ? 1024 : 0) | _prefix << 12
            | (_assembly?.Length ?? 0) << 16);
        hash.Add((_helloPending ? 1 : 0) | (_helloWritten ? 2 : 0) | (_dismissPending ? 4 : 0) | (_dismissWritten ? 8 : 0)
            | (_tellPending ? 16 : 0) | (_pongPending ? 32 : 0) | (_pingDue ? 64 : 0) | (_pingOpen ? 128 : 0) | (_creditDue ? 256 : 0)
            | (_leaveWanted ? 1024 : 0) | (_paused ? 2048 : 0) | (_endTold ? 4096 : 0)
            | (_currentOpen ? 8192 : 0) | (_wasPending ? 16384 : 0) | (int)_pending << 16 | (int)_doneReason << 24);
        AddCounts(ref hash);
        AddTimes(ref hash, now);
        AddQueues(ref hash);
    }

    private void AddCounts(ref StateHash hash)
    {
        hash.Add(_costIn | _costOut << 32);
        hash.Add(_askCostOut | (long)_asksSettled << 32);
        hash.Add(_delivered | (long)_reported << 32);
        hash.Add(_messagesBegun | (long)_messagesWritten << 32);
        hash.Add(_asksReceived | (long)_asksBegun << 32);
        hash.Add(_answering | (long)_tickets << 32);
        hash.Add(_unsent | (long)_messagesAccepted << 32);
        hash.Add((uint)_nestedIn | (long)_nestedUnreplied << 32);
        hash.Add(_openCost);
        hash.Add(_asksKnown);
        hash.Add((uint)_peerLargest | _peerWindow << 32);
        hash.Add(Queued);
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
        hash.Add(_pingOpen ? (now - _pingAt).Ticks : 0);
        hash.Add(Role == Role.Leaver && _helloWritten && Peer is null ? (now - _greetedAt).Ticks : 0);
        hash.Add(_leaveWanted && State == SessionState.Greeting ? _leaveGrace.Ticks : 0);
        hash.Add(_dismissGrace.Ticks);
        hash.Add(Peer is { } peer ? peer.Grace | (long)peer.Hard << 32 : -1);
        hash.Add((_closing.ExtendedTo(_lastWritten, now) - now).Ticks);
    }

    private void AddQueues(ref StateHash hash)
    {
        _messagesIn?.AddTo(ref hash);
        if (_currentOpen)
        {
            _current.AddTo(ref hash, _stamp);
            hash.Add(_currentOffset);
        }

        _gaps?.AddTo(ref hash);
        _sends?.AddTo(ref hash, _stamp);
        _replies?.AddTo(ref hash, _stamp);
        for (var i = 0; i < AsksInHand; i++)
        {
            ref var ask = ref _asksIn![i];
            hash.Add(ask.Number | (ask.Begun ? 1L << 32 : 0) | (ask.Nested ? 1L << 33 : 0) | (ask.Cancelled ? 1L << 34 : 0));
            hash.Add(ask.Cost);
        }

        _asksOut?.AddTo(ref hash);
        _nestedOut?.AddTo(ref hash);
    }
}
