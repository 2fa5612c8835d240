using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Exploration;

/// <summary>Whether a frame is in order, in the order of the checks of section 8.</summary>
internal partial record struct Speaker
{
    /// <summary>What is wrong with saying a frame now.</summary>
    public readonly Violation Judge(ReadOnlySpan<byte> frame)
    {
        var misplaced = JudgeTable(frame);
        if (misplaced != Violation.None || frame[0] >= 0x80)
        {
            return misplaced;
        }

        var header = new FrameHeader((FrameType)frame[0], (FrameFlags)frame[1], (ushort)(frame[2] << 8 | frame[3]));
        return JudgeShape(header) is var misshapen and not Violation.None ? misshapen
            : JudgeParts(header.Type) is var parted and not Violation.None ? parted
            : IsIgnored(frame[0]) ? Violation.None
            : JudgeSize(header) is var oversized and not Violation.None ? oversized
            : JudgeCounts(header.Type, frame);
    }

    /// <summary>A frame is out of order only by its sender's own earlier frames.</summary>
    private readonly Violation JudgeTable(ReadOnlySpan<byte> frame)
    {
        var (type, value) = ((FrameType)frame[0], frame[0]);
        if (!HasSpoken)
        {
            return type == FrameType.Hello ? IsHello(frame) ? Violation.None : Violation.Foreign
                : type == FrameType.Dismiss && Role == Role.Stayer ? Violation.None
                : Violation.Foreign;
        }

        return value is 0x00 or (> 0x0D and < 0x80) ? Violation.UnknownType
            : LastSaid || type == FrameType.Hello
                || (type == FrameType.Dismiss && Role == Role.Leaver)
                || (type == FrameType.Done && Role == Role.Stayer)
                || (type == FrameType.Goodbye && !(Role == Role.Stayer && DoneRead)) ? Violation.UnexpectedFrame
            : Violation.None;
    }

    private static bool IsHello(ReadOnlySpan<byte> frame) => frame[1] == 0 && frame[2] == 0 && frame[3] >= 28 && frame[4..8].SequenceEqual("FRWL"u8);

    private readonly Violation JudgeParts(FrameType type) => type switch
    {
        FrameType.Part => OpenItem == default ? Violation.BadPart : Violation.None,
        FrameType.Message or FrameType.Ask or FrameType.Answer or FrameType.Done or FrameType.Goodbye when OpenItem != default => Violation.BadPart,
        _ => Violation.None,
    };

    /// <summary>The table of section 2, written down once more.</summary>
    private static Violation JudgeShape(FrameHeader header)
    {
        var (flags, least, most) = header.Type switch
        {
            FrameType.Hello => (0, 28, 255),
            FrameType.Message => (1, 0, 65535),
            FrameType.Ask => (3, 0, 65535),
            FrameType.Answer => (1, 8, 65535),
            FrameType.Refused => (0, 5, 255),
            FrameType.Cancel or FrameType.Ping or FrameType.Goodbye => (0, 4, 255),
            FrameType.Pong or FrameType.Credit => (0, 8, 255),
            FrameType.Part => (1, 1, 65535),
            FrameType.Dismiss => (0, 12, 255),
            _ => (0, 16, 255),
        };
        var payload = header.Length - (header.Type == FrameType.Answer ? 8 : 0);
        return ((int)header.Flags & ~flags) != 0 ? Violation.BadFlags
            : header.Length < least || header.Length > most || (header.HasMore && payload == 0) ? Violation.BadLength
            : Violation.None;
    }

    private readonly Violation JudgeSize(FrameHeader header)
    {
        if (header.Type is not (FrameType.Message or FrameType.Ask or FrameType.Answer or FrameType.Part))
        {
            return Violation.None;
        }

        var isPart = header.Type == FrameType.Part;
        var type = isPart ? OpenItem : header.Type;
        var length = header.Length - (header.Type == FrameType.Answer ? 8 : 0);
        if (length + (isPart ? OpenLength : 0) > Scenario.Short.Largest)
        {
            return Violation.TooLarge;
        }

        var isNested = isPart ? OpenNested : (header.Flags & FrameFlags.Nested) != 0;
        return type is FrameType.Message or FrameType.Ask && !isNested && Outstanding + length + (isPart ? 0 : Hello.Overhead) > Scenario.Short.Window
            ? Violation.CreditExceeded
            : Violation.None;
    }

    /// <summary>Counts and numbers: what the peer wrote, and what it has been told of that before.</summary>
    private readonly Violation JudgeCounts(FrameType type, ReadOnlySpan<byte> frame) => type switch
    {
        FrameType.Hello => JudgeHello(frame[FrameHeader.Size..]),
        FrameType.Answer => IsMiscounted(FrameBytes.Field(frame, 4)) ? Violation.BadCount : JudgeReply(FrameBytes.Field(frame, 0)),
        FrameType.Refused => JudgeReply(FrameBytes.Field(frame, 0)),
        FrameType.Cancel => FrameBytes.Field(frame, 0) - 1 < AsksMade ? Violation.None : Violation.UnknownAsk,
        FrameType.Ping => PingOpen ? Violation.BadPing : Violation.None,
        FrameType.Pong => !PingToAnswer || FrameBytes.Field(frame, 0) != PingRead ? Violation.BadPing : IsMiscounted(FrameBytes.Field(frame, 4)) ? Violation.BadCount : Violation.None,
        FrameType.Credit => IsMiscounted(FrameBytes.Field(frame, 0)) || FrameBytes.Field(frame, 4) > MessageCostRead ? Violation.BadCount : Violation.None,
        FrameType.Done when frame[FrameHeader.Size] == (byte)DoneReason.Violation => Violation.None,
        FrameType.Done => IsMiscounted(FrameBytes.Field(frame, 4)) || FrameBytes.Field(frame, 12) > MessageCostRead
            || FrameBytes.Field(frame, 8) > AsksRead || FrameBytes.Field(frame, 8) < AsksReplied ? Violation.BadCount : Violation.None,
        FrameType.Goodbye => IsMiscounted(FrameBytes.Field(frame, 0)) ? Violation.BadCount : Violation.None,
        _ => Violation.None,
    };

    private readonly bool IsMiscounted(uint handled) => handled < Confirmed || handled > MessagesRead;

    private readonly Violation JudgeReply(uint ask) => ask == AsksReplied + 1 && ask <= AsksRead ? Violation.None : Violation.UnknownAsk;

    private readonly Violation JudgeHello(ReadOnlySpan<byte> body)
    {
        var hello = Hello.Read(body);
        return hello.LowestVersion > 1 || hello.HighestVersion < 1 || hello.LowestVersion > hello.HighestVersion ? Violation.NoCommonVersion
            : hello.Role != Role && (byte)hello.Role <= 1 ? Violation.EqualRoles
            : (byte)hello.Role > 1 || hello.Hard < hello.Grace || hello.Largest is 0 or > (1 << 30) - 64 || hello.Window < hello.Largest + 64 || hello.Window > 1 << 30 ? Violation.BadHello
            : Violation.None;
    }
}
