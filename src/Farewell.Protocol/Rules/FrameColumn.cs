using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Rules;

/// <summary>The columns of the frame tables: the named types in the order of their values, then the rest.</summary>
public enum FrameColumn : byte
{
    /// <summary><see cref="FrameType.Hello"/>.</summary>
    Hello,

    /// <summary><see cref="FrameType.Message"/>.</summary>
    Message,

    /// <summary><see cref="FrameType.Ask"/>.</summary>
    Ask,

    /// <summary><see cref="FrameType.Answer"/>.</summary>
    Answer,

    /// <summary><see cref="FrameType.Refused"/>.</summary>
    Refused,

    /// <summary><see cref="FrameType.Cancel"/>.</summary>
    Cancel,

    /// <summary><see cref="FrameType.Ping"/>.</summary>
    Ping,

    /// <summary><see cref="FrameType.Pong"/>.</summary>
    Pong,

    /// <summary><see cref="FrameType.Credit"/>.</summary>
    Credit,

    /// <summary><see cref="FrameType.Part"/>.</summary>
    Part,

    /// <summary><see cref="FrameType.Dismiss"/>.</summary>
    Dismiss,

    /// <summary><see cref="FrameType.Done"/>.</summary>
    Done,

    /// <summary><see cref="FrameType.Goodbye"/>.</summary>
    Goodbye,

    /// <summary>Types from 0x80.</summary>
    Reserved,

    /// <summary>Every other type.</summary>
    Unknown,
}
