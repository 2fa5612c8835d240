namespace Farewell.Protocol.Manners;

/// <summary>
/// How one protocol says the steps of a close, and how it hears them. Anyone can write one for a protocol of their own: it needs nothing but its words.
/// An instance belongs to one side of one connection and may keep state between calls, since words arrive in pieces.
/// </summary>
public interface IClosingManner
{
    /// <summary>
    /// Whether the protocol has words for Done and Goodbye. Without them the leaver's FIN is its Done, and there is no Goodbye: whoever asks to leave
    /// waits, then resets.
    /// </summary>
    bool HasWords { get; }

    /// <summary>Writes the word for a step.</summary>
    /// <param name="step">Dismiss or Goodbye for a stayer, Done for a leaver.</param>
    /// <param name="reason">Why, for Dismiss.</param>
    /// <param name="destination">At least 256 bytes.</param>
    /// <returns>Bytes written; 0 if the protocol has no word for this step.</returns>
    int Say(ClosingStep step, DismissReason reason, Span<byte> destination);

    /// <summary>Looks for the other side's next word in what was received. All bytes still go to the handler of the protocol.</summary>
    /// <param name="received">What was received since the last call; advanced past the word, or to its end.</param>
    /// <returns>The step that the word says, or <see cref="ClosingStep.None"/> if all was looked at.</returns>
    ClosingStep Hear(ref ReadOnlySpan<byte> received);
}
