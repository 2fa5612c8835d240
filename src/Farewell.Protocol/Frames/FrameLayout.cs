namespace Farewell.Protocol.Frames;

/// <summary>The table of <c>docs/protocol.md</c> section 2: flags, fields and lengths of each type.</summary>
public static class FrameLayout
{
    /// <summary>The largest body of a type without payload, so that a later version can add fields.</summary>
    public const int MaxControlBody = 255;

    private static readonly Row[] Rows =
    [
        new(FrameType.Hello, FrameFlags.None, 28, MaxControlBody),
        new(FrameType.Message, FrameFlags.More, 0, FrameHeader.MaxBody),
        new(FrameType.Ask, FrameFlags.More | FrameFlags.Nested, 0, FrameHeader.MaxBody),
        new(FrameType.Answer, FrameFlags.More, 8, FrameHeader.MaxBody),
        new(FrameType.Refused, FrameFlags.None, 5, MaxControlBody),
        new(FrameType.Cancel, FrameFlags.None, 4, MaxControlBody),
        new(FrameType.Ping, FrameFlags.None, 4, MaxControlBody),
        new(FrameType.Pong, FrameFlags.None, 8, MaxControlBody),
        new(FrameType.Credit, FrameFlags.None, 8, MaxControlBody),
        new(FrameType.Part, FrameFlags.More, 1, FrameHeader.MaxBody),
        new(FrameType.Dismiss, FrameFlags.None, 12, MaxControlBody),
        new(FrameType.Done, FrameFlags.None, 16, MaxControlBody),
        new(FrameType.Goodbye, FrameFlags.None, 4, MaxControlBody),
    ];

    /// <summary>Bytes of the fields of a named type: what stands before its payload.</summary>
    /// <exception cref="IndexOutOfRangeException">The type has no name.</exception>
    public static int FieldsOf(FrameType type) => type == FrameType.Part ? 0 : Rows[(int)type - 1].Fields;

    /// <summary>Whether frames of a type carry a payload after their fields.</summary>
    public static bool CarriesPayload(FrameType type) =>
        type is FrameType.Message or FrameType.Ask or FrameType.Answer or FrameType.Part;

    /// <summary>What is wrong with a header of a named type, before any of its body is read.</summary>
    /// <returns><see cref="Violation.None"/>, <see cref="Violation.BadFlags"/> or <see cref="Violation.BadLength"/>.</returns>
    public static Violation Check(FrameHeader header)
    {
        ref readonly var row = ref Rows[(int)header.Type - 1];
        if ((header.Flags & ~row.Flags) != 0)
        {
            return Violation.BadFlags;
        }

        // A frame that says more will come and brings nothing could go on for ever.
        var least = header.HasMore ? FieldsOf(header.Type) + 1 : row.Fields;
        return header.Length < least || header.Length > row.MaxBody ? Violation.BadLength : Violation.None;
    }

    private readonly record struct Row(FrameType Type, FrameFlags Flags, int Fields, int MaxBody);
}
