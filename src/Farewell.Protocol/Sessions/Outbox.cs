using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>What a session has to say and what of it the transport has not accepted. A session that has said everything holds no such object.</summary>
internal sealed class Outbox
{
    private Outgoing _current;

    /// <summary>Messages and asks, which wait for credit.</summary>
    public OutgoingQueue Sends { get; private set; } = new();

    /// <summary>Replies, nested asks and cancellations, which do not.</summary>
    public OutgoingQueue Replies { get; private set; } = new();

    /// <summary>What is being written, while <see cref="IsWriting"/>.</summary>
    public ref readonly Outgoing Current => ref _current;

    /// <summary>How much of it is written; -1 when nothing is.</summary>
    public int Offset { get; set; }

    public bool IsWriting { get; private set; }

    /// <summary>The cost of what waits in <see cref="Sends"/>.</summary>
    public long Queued { get; set; }

    /// <summary>Bytes that were written and that the transport has not accepted.</summary>
    public long Unsent { get; set; }

    /// <summary>The place of what comes next among everything that waits.</summary>
    public uint Stamp { get; set; }

    /// <summary>The nonce of the Pong that is owed.</summary>
    public uint PongNonce { get; set; }

    /// <summary>Whether the transport is waited for, or may be given something.</summary>
    public bool IsPending { get; set; }

    /// <summary>Since when the transport has accepted nothing of it.</summary>
    public TimeSpan StallSince { get; private set; }

    /// <summary>Whether a payload of the caller's or the session's own is not yet written whole.</summary>
    public bool HoldsPayloads => IsWriting || Sends.Count > 0 || Replies.Count > 0;

    /// <summary>About how many bytes of payload there are to write.</summary>
    public long PayloadToWrite => Queued + (IsWriting ? _current.Payload.Length : 0) + (Replies.Count > 0 ? Replies.Head.Payload.Length : 0);

    public void Begin(in Outgoing next) => (_current, Offset, IsWriting) = (next, -1, true);

    /// <summary>Notes that there is something for the transport, or with it.</summary>
    public void Pend(TimeSpan now) => (StallSince, IsPending) = (IsPending ? StallSince : now, true);

    /// <summary>The transport accepted bytes, none perhaps.</summary>
    public void Accepted(int count, TimeSpan now)
    {
        Unsent -= count;
        StallSince = count > 0 ? now : StallSince;
    }

    public void EndCurrent()
    {
        _current.Release();
        (_current, Offset, IsWriting) = (default, 0, false);
    }

    /// <summary>Copies every payload into memory of the session's own.</summary>
    public void Retain()
    {
        if (IsWriting && _current.Kept is null)
        {
            var written = Math.Max(0, Offset);
            _current = (_current with { Payload = _current.Payload[written..] }).Keep();
            Offset = Math.Min(Offset, 0);
        }

        Sends.Keep();
        Replies.Keep();
    }

    /// <summary>Removes the asks that wait for credit.</summary>
    public void RemoveAsks() => Queued -= Sends.Remove(FrameType.Ask);

    /// <summary>Removes all that waits for credit.</summary>
    public void ClearSends()
    {
        Sends.Clear();
        Queued = 0;
    }

    /// <summary>Lets go of every payload.</summary>
    public void Clear()
    {
        ClearSends();
        Replies.Clear();
        EndCurrent();
    }

    /// <summary>Gives itself away if everything is said and sent.</summary>
    /// <returns>What is to be kept of it.</returns>
    public Outbox? Rest()
    {
        if (IsPending || Unsent > 0 || HoldsPayloads)
        {
            return this;
        }

        return Spares.Give(this);
    }

    /// <summary>Gives the memory of empty queues back.</summary>
    public void ReleaseMemory()
    {
        Sends.ReleaseMemory();
        Replies.ReleaseMemory();
    }

    public Outbox Clone()
    {
        var clone = (Outbox)MemberwiseClone();
        (clone.Sends, clone.Replies, clone._current) = (Sends.Clone(), Replies.Clone(), _current.Copy());
        return clone;
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add((IsWriting ? 1 : 0) | (IsPending ? 2 : 0));
        if (IsWriting)
        {
            _current.AddTo(ref hash, Stamp);
            hash.Add(Offset);
        }

        hash.Add(Queued);
        hash.Add(Unsent);
        Sends.AddTo(ref hash, Stamp);
        Replies.AddTo(ref hash, Stamp);
    }
}
