namespace Farewell.Protocol.Sessions;

/// <summary>What became of a message or ask that the application gave to a session.</summary>
public enum SendStatus : byte
{
    /// <summary>The session holds it and will write it as credit and transport allow.</summary>
    Accepted,

    /// <summary>The queue is full; try again when it has drained (<see cref="Session.Queued"/>).</summary>
    Full,

    /// <summary>It is larger than the peer accepts.</summary>
    TooLarge,

    /// <summary>It may not be sent before the peer's Hello is read; try again then.</summary>
    NotOpen,

    /// <summary>The stayer has dismissed this session: safe to send on another.</summary>
    Dismissed,

    /// <summary>The session is ending or has ended: safe to send on another.</summary>
    Ending,
}
