namespace Farewell.Protocol;

/// <summary>What a peer did against the protocol: the <c>what</c> of Dismiss and Done, <c>docs/protocol.md</c> section 8.</summary>
public enum Violation : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A frame that its sender's own earlier frames rule out.</summary>
    UnexpectedFrame = 1,

    /// <summary>A type that is neither named nor reserved.</summary>
    UnknownType = 2,

    /// <summary>A body shorter or longer than its type allows, or More without payload.</summary>
    BadLength = 3,

    /// <summary>A flag that the type does not have.</summary>
    BadFlags = 4,

    /// <summary>A payload larger than announced.</summary>
    TooLarge = 5,

    /// <summary>More outstanding than the window allows.</summary>
    CreditExceeded = 6,

    /// <summary>A count that goes back or exceeds what was sent.</summary>
    BadCount = 7,

    /// <summary>A reply to, or a Cancel of, an ask that there is not.</summary>
    UnknownAsk = 8,

    /// <summary>A Part without a beginning, or another payload between parts.</summary>
    BadPart = 9,

    /// <summary>A second Ping before its Pong, or a Pong without its Ping.</summary>
    BadPing = 10,

    /// <summary>The first bytes are not Farewell's: TLS, HTTP or anything else.</summary>
    Foreign = 11,

    /// <summary>No version is spoken by both sides.</summary>
    NoCommonVersion = 12,

    /// <summary>Both sides are stayers, or both leavers.</summary>
    EqualRoles = 13,

    /// <summary>A field of Hello is out of its range.</summary>
    BadHello = 14,
}
