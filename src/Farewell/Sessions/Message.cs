using Farewell.Protocol;

namespace Farewell;

/// <summary>A message or an ask of the peer, as a handler gets it.</summary>
/// <remarks>
/// A message is *delivered* when its handler has returned: only then is the peer told. An ask is to be answered before its handler returns. Its payload is valid until then.
/// </remarks>
public readonly struct Message
{
    private readonly Sessions.SessionDriver _driver;
    private readonly uint _number;

    internal Message(Sessions.SessionDriver driver, uint number, ReadOnlyMemory<byte> payload, bool isAsk, bool isNested)
    {
        (_driver, _number, Payload, IsAsk, IsNested) = (driver, number, payload, isAsk, isNested);
    }

    /// <summary>The octets; valid until the handler returns.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Whether the peer waits for an answer.</summary>
    public bool IsAsk { get; }

    /// <summary>Whether the ask was made from inside a handler of the peer: it runs beyond the bound on running handlers.</summary>
    public bool IsNested { get; }

    /// <summary>The session it came by.</summary>
    public FarewellSession Session => _driver.Face;

    /// <summary>Cancelled when the peer wants the answer no more, or the session is over.</summary>
    public CancellationToken Cancellation => _driver.CancellationOf(this);

    internal uint Number => _number;

    /// <summary>Answers an ask.</summary>
    /// <param name="payload">The answer; the caller's again when this returns.</param>
    /// <returns>False if it comes too late: the ask has its reply, or the session is over.</returns>
    /// <exception cref="InvalidOperationException">It is a message, which has no answer.</exception>
    /// <exception cref="ArgumentException">The answer is larger than the peer accepts (<see cref="FarewellSession.LargestToSend"/>). The ask still wants one.</exception>
    public bool Answer(ReadOnlyMemory<byte> payload)
    {
        ThrowUnlessAsk();
        return _driver.Answer(_number, payload);
    }

    /// <summary>Refuses an ask that no handler has begun: from a filter, before it calls the next. The peer may safely send it elsewhere.</summary>
    /// <returns>False if it was begun, or has its reply.</returns>
    /// <exception cref="InvalidOperationException">It is a message, which cannot be refused.</exception>
    public bool Refuse(RefusedReason reason = RefusedReason.Declined)
    {
        ThrowUnlessAsk();
        return _driver.Refuse(_number, reason);
    }

    /// <summary>Asks the peer from inside this handler. It waits for no credit and the peer begins or refuses it at once, so both sides may do it without deadlock.</summary>
    /// <param name="payload">The ask; the caller's again when the call returns.</param>
    /// <param name="cancellation">Gives the answer up; the peer is told.</param>
    public ValueTask<AskResult> AskAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) => _driver.AskAsync(payload, nested: true, cancellation);

    private void ThrowUnlessAsk()
    {
        if (!IsAsk)
        {
            throw new InvalidOperationException("A message has no answer: only an ask (IsAsk) can be answered or refused.");
        }
    }
}

/// <summary>What a session does with what comes.</summary>
/// <param name="session">The session.</param>
/// <param name="message">The message or ask.</param>
public delegate ValueTask MessageHandler(FarewellSession session, Message message);
