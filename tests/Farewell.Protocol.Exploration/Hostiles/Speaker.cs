using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Exploration;

/// <summary>
/// What a hostile peer has said and what it was told: enough to judge, without any state table, whether its next frame is in order and what must come of it.
/// "A frame is out of order only by its sender's own earlier frames, and by replies to what was never said."
/// </summary>
internal partial record struct Speaker(Role Role)
{
    public bool HelloSaid { get; set; }

    public bool DismissSaid { get; set; }

    public bool LastSaid { get; set; }

    public bool PingOpen { get; set; }

    public FrameType OpenItem { get; set; }

    public bool OpenIgnored { get; set; }

    public bool OpenNested { get; set; }

    public int OpenLength { get; set; }

    /// <summary>The cost of what it said and was not given back.</summary>
    public long Outstanding { get; set; }

    /// <summary>The last count of handled messages that it said.</summary>
    public uint Confirmed { get; set; }

    /// <summary>The cost of what the session under test has written in messages and was not given back.</summary>
    public uint MessageCostRead { get; set; }

    /// <summary>The payload that the session under test is writing in parts.</summary>
    public FrameType HeardItem { get; set; }

    public uint HeardCost { get; set; }

    /// <summary>The costs of the first eight asks, 16 bits each.</summary>
    public UInt128 AskCosts { get; set; }

    public uint AsksMade { get; set; }

    /// <summary>The last ask cancelled; 0 is none.</summary>
    public uint Cancelled { get; set; }

    /// <summary>What the session under test has written.</summary>
    public uint MessagesRead { get; set; }

    public uint AsksRead { get; set; }

    public uint AsksReplied { get; set; }

    public uint PingRead { get; set; }

    public bool DoneRead { get; set; }

    public bool PingToAnswer { get; set; }

    public readonly bool HasSpoken => HelloSaid || DismissSaid;

    public readonly uint AskToReply => AsksReplied + 1;

    /// <summary>Whether a frame in order is not even looked at: a leaver that has said Done begins nothing and replies to nothing.</summary>
    public readonly bool IsIgnored(byte type) => type >= 0x80
        || (DoneRead && (FrameType)type is FrameType.Ask or FrameType.Cancel or FrameType.Ping or FrameType.Dismiss)
        || ((FrameType)type == FrameType.Part && OpenIgnored);

    /// <summary>Whether a frame in order has no effect: an ask is cancelled once, and dropped if it is not whole before Done.</summary>
    public readonly bool IsWithoutEffect(ReadOnlySpan<byte> frame) => IsIgnored(frame[0])
        || ((FrameType)frame[0] == FrameType.Cancel && FrameBytes.Field(frame, 0) == Cancelled)
        || ((FrameType)frame[0] == FrameType.Part && DoneRead && OpenItem == FrameType.Ask);

    public readonly void AddTo(ref StateHash hash)
    {
        hash.Add((HelloSaid ? 1 : 0) | (DismissSaid ? 2 : 0) | (LastSaid ? 4 : 0) | (PingOpen ? 8 : 0) | (OpenIgnored ? 16 : 0)
            | (DoneRead ? 32 : 0) | (PingToAnswer ? 64 : 0) | (int)OpenItem << 8);
        hash.Add(AsksMade | (long)MessagesRead << 32);
        hash.Add(AsksRead | (long)AsksReplied << 32);
        hash.Add(PingRead | (long)Confirmed << 32);
        hash.Add((byte)HeardItem | (long)HeardCost << 8);
        hash.Add(Outstanding | (long)MessageCostRead << 32);
        hash.Add((uint)OpenLength | (OpenNested ? 1L << 32 : 0) | (long)Cancelled << 33);
    }

    public void Say(ReadOnlySpan<byte> frame)
    {
        var more = (frame[1] & (byte)FrameFlags.More) != 0;
        switch ((FrameType)frame[0])
        {
            case FrameType.Hello:
                HelloSaid = true;
                break;
            case FrameType.Answer:
                AsksReplied++;
                Confirmed = FrameBytes.Field(frame, 4);
                break;
            case FrameType.Refused:
                AsksReplied++;
                break;
            case FrameType.Cancel:
                Cancelled = FrameBytes.Field(frame, 0);
                break;
            case FrameType.Ping:
                PingOpen = !DoneRead;
                break;
            case FrameType.Pong:
                (PingToAnswer, Confirmed) = (false, FrameBytes.Field(frame, 4));
                break;
            case FrameType.Credit:
                (Confirmed, MessageCostRead) = (FrameBytes.Field(frame, 0), MessageCostRead - FrameBytes.Field(frame, 4));
                break;
            case FrameType.Dismiss:
                DismissSaid = true;
                break;
            case FrameType.Done:
                (LastSaid, Confirmed, MessageCostRead) = (true, FrameBytes.Field(frame, 4), MessageCostRead - FrameBytes.Field(frame, 12));
                break;
            case FrameType.Goodbye:
                (LastSaid, Confirmed) = (true, FrameBytes.Field(frame, 0));
                break;
        }

        if (FrameLayout.CarriesPayload((FrameType)frame[0]))
        {
            Carry((FrameType)frame[0], frame, more);
        }
    }

    private void Carry(FrameType type, ReadOnlySpan<byte> frame, bool more)
    {
        var begins = type != FrameType.Part;
        if (begins)
        {
            (OpenItem, OpenNested, OpenLength) = (type, (frame[1] & (byte)FrameFlags.Nested) != 0, 0);
            OpenIgnored = DoneRead && type == FrameType.Ask;
        }

        var length = frame.Length - FrameHeader.Size - (type == FrameType.Answer ? 8 : 0);
        OpenLength += length;
        var isFree = OpenItem == FrameType.Answer || OpenNested || OpenIgnored;
        Outstanding += isFree ? 0 : length + (begins ? Hello.Overhead : 0);
        if (more)
        {
            return;
        }

        if (OpenItem == FrameType.Ask && !OpenIgnored)
        {
            AskCosts |= (UInt128)(OpenNested ? 0 : OpenLength + (int)Hello.Overhead) << (int)(16 * (AsksMade & 7));
            AsksMade++;
        }

        (OpenItem, OpenIgnored) = (default, false);
    }

    public void Hear(ReadOnlySpan<byte> frame)
    {
        switch ((FrameType)frame[0])
        {
            case FrameType.Message or FrameType.Ask:
                HearPayload((FrameType)frame[0], frame, begins: true);
                break;
            case FrameType.Part:
                HearPayload(HeardItem, frame, begins: false);
                break;
            case FrameType.Answer or FrameType.Refused:
                Outstanding -= (long)(AskCosts >> (int)(16 * (FrameBytes.Field(frame, 0) - 1)) & 0xFFFF);
                HeardItem = (frame[1] & (byte)FrameFlags.More) != 0 ? FrameType.Answer : HeardItem;
                break;
            case FrameType.Pong:
                PingOpen = false;
                break;
            case FrameType.Credit:
                Outstanding -= FrameBytes.Field(frame, 4);
                break;
            case FrameType.Ping:
                (PingRead, PingToAnswer) = (FrameBytes.Field(frame, 0), true);
                break;
            case FrameType.Done:
                DoneRead = true;
                Outstanding -= FrameBytes.Field(frame, 12);
                break;
        }
    }

    /// <summary>What counts as sent by the session under test is what is whole.</summary>
    private void HearPayload(FrameType type, ReadOnlySpan<byte> frame, bool begins)
    {
        (HeardItem, HeardCost) = (type, (begins ? Hello.Overhead : HeardCost) + (uint)(frame.Length - FrameHeader.Size));
        if ((frame[1] & (byte)FrameFlags.More) == 0)
        {
            MessagesRead += type == FrameType.Message ? 1u : 0;
            MessageCostRead += type == FrameType.Message ? HeardCost : 0;
            AsksRead += type == FrameType.Ask ? 1u : 0;
            HeardItem = default;
        }
    }
}
