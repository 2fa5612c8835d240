namespace Farewell.Protocol.Frames;

/// <summary>The second byte of a frame.</summary>
[Flags]
public enum FrameFlags : byte
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>The payload goes on in a <see cref="FrameType.Part"/>.</summary>
    More = 0x01,

    /// <summary>The ask was made from inside a handler: it waits for no credit and is begun or refused at once.</summary>
    Nested = 0x02,
}
