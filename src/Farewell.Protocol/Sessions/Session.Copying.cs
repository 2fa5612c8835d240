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
        clone._reader = _reader.Clone();
        clone._assembly = _assembly?.Clone();
        clone._messagesIn = _messagesIn?.Clone();
        clone._asksIn = _asksIn?.Clone();
        clone._asksOut = _asksOut?.Clone();
        clone._sends = _sends?.Clone();
        clone._replies = _replies?.Clone();
        return clone;
    }

    /// <summary>Adds everything that the session's future depends on; times as distances from now.</summary>
    internal void AddTo(ref StateHash hash, TimeSpan now)
    {
        _closing.AddTo(ref hash, now);
        _reader.AddTo(ref hash);
        hash.Add((int)_openType | (_openNested ? 256 : 0) | (_openIgnored ? 512 : 0) | (_anyByte ? 1024 : 0) | _prefix << 12
            | (_assembly?.Length ?? 0) << 16);
        hash.Add((_helloPending ? 1 : 0) | (_helloWritten ? 2 : 0) | (_dismissPending ? 4 : 0) | (_dismissWritten ? 8 : 0)
            | (_tellPending ? 16 : 0) | (_pongPending ? 32 : 0) | (_pingDue ? 64 : 0) | (_pingOpen ? 128 : 0) | (_creditDue ? 256 : 0)
            | (_leaveWanted ? 1024 : 0) | (_paused ? 2048 : 0) | (_endTold ? 4096 : 0)
            | (_currentOpen ? 8192 : 0) | (Peer is null ? 0 : 16384) | (int)_pending << 16 | (int)_doneReason << 24);
        hash.Add(_costIn | _costOut << 32);
        hash.Add(_askCostOut | (long)_asksSettled << 32);
        hash.Add(_delivered | (long)_reported << 16 | (long)_messagesBegun << 32 | (long)_messagesWritten << 48);
        hash.Add(_asksReceived | (long)_asksBegun << 16 | (long)_answering << 32 | (long)_tickets << 48);
        hash.Add(_unsent | (long)_messagesAccepted << 32 | (long)_nestedIn << 48);
        hash.Add((uint)_nestedOut | (long)_nestedUnreplied << 32);
        hash.Add(_openCost + ((long)_currentOffset << 32));
        hash.Add((byte)_current.Type | (long)_current.Number << 8);
        for (var deadline = Rules.Deadline.Idle; deadline <= Rules.Deadline.Confirm; deadline++)
        {
            var due = Due(deadline);
            hash.Add(due == Closing.Never ? -1 : (due - now).Ticks);
        }

        hash.Add(RoundTrip.Ticks);
        hash.Add(_pingOpen ? (now - _pingAt).Ticks : 0);
        hash.Add(_asksKnown | (_pongPending ? (long)_pongNonce << 32 : 0));
        hash.Add(State is SessionState.Dismissing or SessionState.Finishing ? Math.Min((now - _lastWritten).Ticks, _limits.Grace.Ticks) : 0);
        _messagesIn?.AddTo(ref hash);
        _sends?.AddTo(ref hash);
        _replies?.AddTo(ref hash);
        for (var i = 0; i < AsksInHand; i++)
        {
            hash.Add(_asksIn![i].Number | (_asksIn[i].Begun ? 1L << 32 : 0) | (_asksIn[i].Nested ? 1L << 33 : 0));
        }

        for (var i = 0; i < AsksOpen; i++)
        {
            hash.Add(_asksOut![i].Ticket | (long)_asksOut[i].Number << 20 | (_asksOut[i].Written ? 1L << 40 : 0) | (_asksOut[i].Cancelled ? 1L << 41 : 0));
        }
    }
}
