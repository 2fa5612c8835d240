namespace Farewell.Protocol.Sessions;

/// <summary>What happened in a session.</summary>
public enum SessionEventKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The peer's Hello was read: <see cref="Session.Peer"/>.</summary>
    Opened,

    /// <summary>A message came: number and payload. Owed: <see cref="Session.Handled"/>.</summary>
    Message,

    /// <summary>An ask came: number, payload, nested or not. Owed: <see cref="Session.Answer"/> or <see cref="Session.Refuse"/>.</summary>
    Ask,

    /// <summary>The peer does not want the answer to an ask in hand: its number. One not begun has been refused already.</summary>
    Cancelled,

    /// <summary>An own ask was answered: its ticket, and the payload.</summary>
    Answered,

    /// <summary>An own ask was not begun and is safe to send elsewhere: its ticket, and why.</summary>
    Refused,

    /// <summary>An own ask will get no reply, and it is unknown whether it was handled: its ticket.</summary>
    Unknown,

    /// <summary>The handlers of all own messages up to a number have returned.</summary>
    Delivered,

    /// <summary>Leaver: the stayer asks to leave. The session takes no more messages and says Done by itself.</summary>
    Dismissed,

    /// <summary>Stayer: the leaver said Done. The session takes no more messages and says Goodbye when what is owed is done.</summary>
    PeerDone,

    /// <summary>The session is over, the last event: <see cref="Session.Cause"/>, <see cref="Session.Disposition"/>.</summary>
    Ended,
}
