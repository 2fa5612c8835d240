namespace Farewell.Protocol.Rules;

/// <summary>The deadlines of <c>docs/protocol.md</c> section 7, in its order.</summary>
public enum Deadline : byte
{
    /// <summary>Hello is awaited.</summary>
    Handshake,

    /// <summary>No message either way.</summary>
    Idle,

    /// <summary>No byte received: a Ping is due.</summary>
    Ping,

    /// <summary>A Ping is unanswered and no byte came after it: the peer is dead.</summary>
    Pong,

    /// <summary>What was written is not accepted by the transport.</summary>
    Stall,

    /// <summary>Handled messages are to be reported.</summary>
    Confirm,

    /// <summary>What is not begun is refused.</summary>
    Refusal,

    /// <summary>The time given to leave, or to finish, is over.</summary>
    Grace,

    /// <summary>Goodbye is awaited.</summary>
    Goodbye,

    /// <summary>The leaver's end is awaited.</summary>
    Parting,

    /// <summary>Input is discarded before the reset.</summary>
    Discard,
}
