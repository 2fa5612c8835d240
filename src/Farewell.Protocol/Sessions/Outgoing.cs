using System.Buffers;
using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>A frame, or a payload of many frames, that waits to be written.</summary>
/// <param name="Type">Message, Ask, Answer, Refused or Cancel.</param>
/// <param name="Number">A message's number, an own ask's ticket, or the number of the ask that is replied to or cancelled.</param>
/// <param name="Payload">The payload.</param>
/// <param name="Cost">Its cost on this side's credit, or the cost that a reply returns.</param>
/// <param name="Stamp">Its place among everything that waits.</param>
/// <param name="Reason">Of a Refused.</param>
/// <param name="Nested">Whether it is, or replies to, a nested ask.</param>
internal readonly record struct Outgoing(
    FrameType Type, uint Number, ReadOnlyMemory<byte> Payload, uint Cost, uint Stamp, RefusedReason Reason = 0, bool Nested = false)
{
    /// <summary>Memory of the session's own, from the pool, in which the payload lies; null while it lies in the caller's.</summary>
    public byte[]? Kept { get; private init; }

    /// <summary>The same with its payload in memory of the session's own.</summary>
    public Outgoing Keep()
    {
        if (Payload.IsEmpty || Kept is not null)
        {
            return this;
        }

        var kept = ArrayPool<byte>.Shared.Rent(Payload.Length);
        Payload.Span.CopyTo(kept);
        return this with { Kept = kept, Payload = new ReadOnlyMemory<byte>(kept, 0, Payload.Length) };
    }

    /// <summary>Gives back what <see cref="Keep"/> took.</summary>
    public void Release()
    {
        if (Kept is { } kept)
        {
            ArrayPool<byte>.Shared.Return(kept);
        }
    }

    /// <summary>The same with memory of its own, for a copy of the machine.</summary>
    public Outgoing Copy() => Kept is null ? this : (this with { Kept = null }).Keep();

    /// <param name="hash">What to add to.</param>
    /// <param name="stamp">The next stamp: only the order counts.</param>
    public void AddTo(ref StateHash hash, uint stamp)
    {
        hash.Add((int)Type | (int)Reason << 8 | (Nested ? 1 << 16 : 0));
        hash.Add(Number | (long)Payload.Length << 32);
        hash.Add(Cost | (long)(stamp - Stamp) << 32);
    }
}
