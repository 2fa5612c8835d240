namespace Farewell.Protocol.Sessions;

/// <summary>One thing that happened in a session.</summary>
/// <param name="Kind">What.</param>
/// <param name="Number">A message's number, a peer's ask's number, or an own ask's ticket, as <see cref="Kind"/> says.</param>
/// <param name="Payload">The payload, valid until the next call of <see cref="Session.Read"/>; a slice of the input of this loop of reads when it lay there whole.</param>
/// <param name="Reason">A <see cref="DismissReason"/>, <see cref="DoneReason"/> or <see cref="RefusedReason"/> as it stands on the wire.</param>
/// <param name="Nested">Whether an ask was made from inside a handler, and is to be begun at once.</param>
/// <param name="What">For a dismissal with reason violation: which.</param>
/// <param name="RetryAfter">For a dismissal: when a new connection is welcome; null if nothing was said.</param>
public readonly record struct SessionEvent(
    SessionEventKind Kind,
    uint Number = 0,
    ReadOnlyMemory<byte> Payload = default,
    byte Reason = 0,
    bool Nested = false,
    Violation What = Violation.None,
    TimeSpan? RetryAfter = null);
