using Farewell.Protocol;

namespace Farewell;

/// <summary>How an ask ended.</summary>
public enum AskOutcome : byte
{
    /// <summary>The peer's handler answered.</summary>
    Answered,

    /// <summary>No handler began: safe to send elsewhere.</summary>
    Refused,

    /// <summary>The session ended first: a handler may have begun, finished, or never known.</summary>
    Unknown,
}

/// <summary>What came of an ask.</summary>
public readonly struct AskResult
{
    private readonly ReadOnlyMemory<byte> _answer;

    internal AskResult(AskOutcome outcome, ReadOnlyMemory<byte> answer = default, RefusedReason reason = default) => (Outcome, _answer, Reason) = (outcome, answer, reason);

    /// <summary>How it ended.</summary>
    public AskOutcome Outcome { get; }

    /// <summary>Why it was refused; <see cref="RefusedReason.NotSent"/> if it never left.</summary>
    public RefusedReason Reason { get; }

    /// <summary>The answer.</summary>
    /// <exception cref="AskFailedException">There is none.</exception>
    public ReadOnlyMemory<byte> Answer => Outcome == AskOutcome.Answered ? _answer : throw new AskFailedException(Outcome, Reason);
}

/// <summary>An ask has no answer.</summary>
public sealed class AskFailedException : InvalidOperationException
{
    internal AskFailedException(AskOutcome outcome, RefusedReason reason)
        : base(outcome == AskOutcome.Refused
            ? $"The ask was refused ({reason}) and not begun: it is safe to send it on another session."
            : "The session ended before the answer came: whether the ask was handled is unknown. Repeat it only if that does no harm.") => (Outcome, Reason) = (outcome, reason);

    /// <summary>How the ask ended.</summary>
    public AskOutcome Outcome { get; }

    /// <summary>Why it was refused.</summary>
    public RefusedReason Reason { get; }
}
