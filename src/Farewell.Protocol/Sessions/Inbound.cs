using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>What a session is in the middle of reading: a frame, a payload in parts, an event that nobody has taken. Between them it holds no such object.</summary>
internal sealed class Inbound
{
    private SessionEvent _held;

    public FrameReader Frames { get; private set; } = new();

    /// <summary>The payload that comes in parts; null if none does.</summary>
    public Assembly? Parts { get; private set; }

    /// <summary>Whose parts follow; none when it is no type.</summary>
    public FrameType OpenType { get; private set; }

    public bool OpenNested { get; private set; }

    public bool OpenIgnored { get; private set; }

    /// <summary>What the payload cost so far.</summary>
    public uint OpenCost { get; set; }

    /// <summary>The ticket of the own ask whose answer comes in parts; 0 if none does, or nobody wants it.</summary>
    public uint Answering { get; set; }

    /// <summary>Whether the memory of <see cref="Parts"/> is what the last event's payload lies in.</summary>
    public bool PartsHandedOut { get; private set; }

    /// <summary>What a frame did, while something else is told before.</summary>
    public ref SessionEvent Held => ref _held;

    /// <summary>What a frame is, or is a part of.</summary>
    public FrameType TypeOf(FrameHeader header) => header.Type == FrameType.Part ? OpenType : header.Type;

    /// <summary>Whether a frame is a nested ask, or part of one.</summary>
    public bool IsNested(FrameHeader header) => header.Type == FrameType.Part ? OpenNested : (header.Flags & FrameFlags.Nested) != 0;

    /// <summary>Keeps in mind whose parts follow.</summary>
    public void Open(FrameHeader header, bool ignored)
    {
        if (header.Type == FrameType.Part)
        {
            OpenType = header.HasMore ? OpenType : default;
            OpenIgnored &= header.HasMore;
        }
        else if (header.HasMore)
        {
            OpenType = header.Type;
            OpenNested = (header.Flags & FrameFlags.Nested) != 0;
            OpenIgnored = ignored;
        }
    }

    /// <summary>Joins parts. A payload in one frame stays where it is.</summary>
    public bool TryGather(FrameHeader header, ref ReadOnlyMemory<byte> payload)
    {
        Open(header, ignored: false);
        if (header.Type != FrameType.Part && !header.HasMore)
        {
            return true;
        }

        (Parts ??= Spares.TakeAssembly()).Append(payload.Span);
        payload = Parts.Payload;
        return PartsHandedOut = !header.HasMore;
    }

    /// <summary>Hands an answer out, if it is still wanted.</summary>
    public void HandOutAnswer(ReadOnlyMemory<byte> payload, ref SessionEvent happened)
    {
        if (Answering != 0)
        {
            happened = new SessionEvent(SessionEventKind.Answered, Answering, payload);
            Answering = 0;
        }
    }

    /// <summary>Drops a reply that was read and not told, or is still coming in parts.</summary>
    public void Forget(uint ticket)
    {
        Held = Held.Kind is SessionEventKind.Answered or SessionEventKind.Refused && Held.Number == ticket ? default : Held;
        Answering = Answering == ticket ? 0 : Answering;
    }

    /// <summary>Gives itself away if there is nothing in it.</summary>
    /// <returns>What is to be kept of it.</returns>
    public Inbound? Rest()
    {
        if (!Frames.IsAtRest || Parts is not null || OpenType != default || OpenIgnored || Answering != 0 || Held.Kind != SessionEventKind.None)
        {
            return this;
        }

        (OpenNested, OpenCost) = (false, 0);
        return Spares.Give(this);
    }

    /// <summary>Forgets what was read of a frame or a payload, and gives its memory back.</summary>
    public void Drop()
    {
        Frames.Drop();
        DropParts();
    }

    /// <summary>Gives the memory of a payload in parts back.</summary>
    public void DropParts()
    {
        if (Parts is { } parts)
        {
            parts.Drop();
            Parts = Spares.Give(parts);
        }

        PartsHandedOut = false;
    }

    public Inbound Clone()
    {
        var clone = (Inbound)MemberwiseClone();
        (clone.Frames, clone.Parts) = (Frames.Clone(), Parts?.Clone());
        return clone;
    }

    public void AddTo(ref StateHash hash)
    {
        Frames.AddTo(ref hash);
        hash.Add((int)OpenType | (OpenNested ? 256 : 0) | (OpenIgnored ? 512 : 0));
        hash.Add(Parts?.Length ?? 0);
        hash.Add(OpenCost | (long)Answering << 32);
    }
}
