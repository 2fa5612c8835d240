namespace Farewell;

/// <summary>What became of a message that was given to a session.</summary>
public enum SendOutcome : byte
{
    /// <summary>The session holds it and sends it in its turn. Whether it was delivered, <see cref="FarewellSession.DeliveredAsync"/> and the report tell.</summary>
    Accepted,

    /// <summary>The queue was full and the policy dropped this message (or the try did not wait).</summary>
    Dropped,

    /// <summary>It is larger than the peer accepts.</summary>
    TooLarge,

    /// <summary>The session is dismissed, ending or over: safe to send on another.</summary>
    Ending,
}

/// <summary>What became of a message that was given to a session.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Number">Its number, counted from 1, when accepted.</param>
/// <param name="DroppedFirst">With <see cref="FullQueue.DropOldest"/>: the number of the first message dropped for it; 0 if none was.</param>
/// <param name="DroppedCount">How many were, with consecutive numbers. They were accepted before, and will not be sent.</param>
public readonly record struct SendResult(SendOutcome Outcome, uint Number = 0, uint DroppedFirst = 0, uint DroppedCount = 0);

/// <summary>What a session does with a message when its queue is full.</summary>
public enum FullQueue : byte
{
    /// <summary>The sender waits.</summary>
    Wait,

    /// <summary>The new message is dropped.</summary>
    DropNewest,

    /// <summary>The oldest messages not yet begun are dropped, as many as the new one needs; asks are not. If there are none, the new one is.</summary>
    DropOldest,

    /// <summary>The session is ended: a stayer dismisses its leaver, a leaver leaves.</summary>
    End,
}
