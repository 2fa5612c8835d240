namespace Farewell.Protocol.Frames;

/// <summary>The first byte of a frame. Values from 0x80 are reserved and skipped; 0x00 and 0x0E to 0x7F are unknown.</summary>
public enum FrameType : byte
{
    /// <summary>Each side's first frame: versions, role and limits.</summary>
    Hello = 0x01,

    /// <summary>A message, or its first part.</summary>
    Message = 0x02,

    /// <summary>An ask, or its first part.</summary>
    Ask = 0x03,

    /// <summary>The answer to an ask, or its first part.</summary>
    Answer = 0x04,

    /// <summary>An ask was not begun: safe to send elsewhere.</summary>
    Refused = 0x05,

    /// <summary>An answer is not wanted any more.</summary>
    Cancel = 0x06,

    /// <summary>Are you there.</summary>
    Ping = 0x07,

    /// <summary>I am.</summary>
    Pong = 0x08,

    /// <summary>Messages were handled, and their cost is returned.</summary>
    Credit = 0x09,

    /// <summary>A further part of the payload begun by a frame with <see cref="FrameFlags.More"/>.</summary>
    Part = 0x0A,

    /// <summary>Stayer to leaver: please leave.</summary>
    Dismiss = 0x0B,

    /// <summary>Leaver to stayer: nothing more will come. The leaver's last frame.</summary>
    Done = 0x0C,

    /// <summary>Stayer to leaver: the stayer's last frame.</summary>
    Goodbye = 0x0D,
}
