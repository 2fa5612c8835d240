namespace Farewell.Protocol.Sessions;

/// <summary>Events that wait to be taken, in the order in which they are.</summary>
[Flags]
internal enum Pending : byte
{
    None = 0,

    Opened = 1,

    Delivered = 2,

    Dismissed = 4,

    /// <summary>Asks that will not be sent any more.</summary>
    Unsent = 8,

    PeerDone = 16,

    /// <summary>Asks whose fate Done has told.</summary>
    Settled = 32,
}
