using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Exploration;

/// <summary>
/// What a hostile peer has said and what it was told: enough to judge, without any state table, whether its next frame is in order and what must come of it.
/// "A frame is out of order only by its sender's own earlier frames, and by replies to what was never said."
/// </summary>
internal record struct Speaker(Role Role)
{
    public bool HelloSaid { get; set; }

    public bool DismissSaid { get; set; }

    public bool LastSaid { get; set; }

    public bool PingOpen { get; set; }

    public FrameType OpenItem { get; set; }

    public bool OpenIgnored { get; set; }

    public uint AsksMade { get; set; }

    /// <summary>What the session under test has written.</summary>
    public uint MessagesRead { get; set; }

    public uint AsksRead { get; set; }

    public uint AsksReplied { get; set; }

    public uint PingRead { get; set; }

    public bool DoneRead { get; set; }

    public bool PingToAnswer { get; set; }

    public readonly bool HasSpoken => HelloSaid || DismissSaid;

    public readonly uint AskToReply => AsksReplied + 1;

    /// <summary>What is wrong with saying a frame of a type now.</summary>
    public readonly Violation Judge(byte type)
    {
        var frame = (FrameType)type;
        if (!HasSpoken)
        {
            return frame == FrameType.Hello || (frame == FrameType.Dismiss && Role == Role.Stayer) ? Violation.None : Violation.Foreign;
        }

        if (type is 0x00 or (> 0x0D and < 0x80))
        {
            return Violation.UnknownType;
        }

        if (LastSaid || frame == FrameType.Hello
            || (frame == FrameType.Dismiss && Role == Role.Leaver)
            || (frame == FrameType.Done && Role == Role.Stayer)
            || (frame == FrameType.Goodbye && !(Role == Role.Stayer && DoneRead)))
        {
            return Violation.UnexpectedFrame;
        }

        return frame switch
        {
            FrameType.Part => OpenItem == default ? Violation.BadPart : Violation.None,
            FrameType.Message or FrameType.Ask or FrameType.Answer or FrameType.Done or FrameType.Goodbye when OpenItem != default => Violation.BadPart,
            FrameType.Answer or FrameType.Refused => AsksReplied < AsksRead ? Violation.None : Violation.UnknownAsk,
            FrameType.Cancel => AsksMade > 0 || DoneRead ? Violation.None : Violation.UnknownAsk,
            FrameType.Ping => PingOpen && !DoneRead ? Violation.BadPing : Violation.None,
            FrameType.Pong => PingToAnswer ? Violation.None : Violation.BadPing,
            _ => Violation.None,
        };
    }

    /// <summary>Whether a frame in order has no effect: a leaver that has said Done begins nothing and replies to nothing.</summary>
    public readonly bool IsWithoutEffect(byte type) => type >= 0x80
        || (DoneRead && (FrameType)type is FrameType.Ask or FrameType.Cancel or FrameType.Ping or FrameType.Dismiss)
        || ((FrameType)type == FrameType.Part && (OpenIgnored || (DoneRead && OpenItem == FrameType.Ask)));

    public readonly void AddTo(ref StateHash hash)
    {
        hash.Add((HelloSaid ? 1 : 0) | (DismissSaid ? 2 : 0) | (LastSaid ? 4 : 0) | (PingOpen ? 8 : 0) | (OpenIgnored ? 16 : 0)
            | (DoneRead ? 32 : 0) | (PingToAnswer ? 64 : 0) | (int)OpenItem << 8);
        hash.Add(AsksMade | (long)MessagesRead << 32);
        hash.Add(AsksRead | (long)AsksReplied << 32);
        hash.Add(PingRead);
    }

    public void Say(ReadOnlySpan<byte> frame)
    {
        var more = (frame[1] & (byte)FrameFlags.More) != 0;
        switch ((FrameType)frame[0])
        {
            case FrameType.Hello:
                HelloSaid = true;
                break;
            case FrameType.Ask:
                AsksMade += more ? 0u : 1;
                break;
            case FrameType.Answer or FrameType.Refused:
                AsksReplied++;
                break;
            case FrameType.Ping:
                PingOpen = !DoneRead;
                break;
            case FrameType.Pong:
                PingToAnswer = false;
                break;
            case FrameType.Part:
                AsksMade += !more && OpenItem == FrameType.Ask ? 1u : 0;
                OpenItem = more ? OpenItem : default;
                OpenIgnored &= more;
                break;
            case FrameType.Dismiss:
                DismissSaid = true;
                break;
            case FrameType.Done or FrameType.Goodbye:
                LastSaid = true;
                break;
        }

        if (more && (FrameType)frame[0] is (FrameType.Message or FrameType.Ask or FrameType.Answer))
        {
            OpenItem = (FrameType)frame[0];
            OpenIgnored = DoneRead && OpenItem == FrameType.Ask;
        }
    }

    public void Hear(ReadOnlySpan<byte> frame)
    {
        switch ((FrameType)frame[0])
        {
            case FrameType.Message:
                MessagesRead++;
                break;
            case FrameType.Ask:
                AsksRead++;
                break;
            case FrameType.Pong:
                PingOpen = false;
                break;
            case FrameType.Ping:
                (PingRead, PingToAnswer) = (FrameBytes.Field(frame, 0), true);
                break;
            case FrameType.Done:
                DoneRead = true;
                break;
        }
    }
}
