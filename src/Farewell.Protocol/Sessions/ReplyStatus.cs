namespace Farewell.Protocol.Sessions;

/// <summary>What became of a reply that the application gave to a session.</summary>
public enum ReplyStatus : byte
{
    /// <summary>The session holds it and will write it as the transport allows. The ask is settled.</summary>
    Accepted,

    /// <summary>The ask is not in hand any more (cancelled, refused, replied to, or the session is over), or it was begun and cannot be refused.</summary>
    TooLate,

    /// <summary>The answer is larger than the peer accepts. The ask is still in hand, and wants a smaller one.</summary>
    TooLarge,
}
