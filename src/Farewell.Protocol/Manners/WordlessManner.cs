namespace Farewell.Protocol.Manners;

/// <summary>A bare byte stream: nothing can be said, so the leaver's FIN is its Done, and a stayer that wants an end waits for it, then resets.</summary>
public sealed class WordlessManner : IClosingManner
{
    /// <inheritdoc/>
    public bool HasWords => false;

    /// <inheritdoc/>
    public int Say(ClosingStep step, DismissReason reason, Span<byte> destination) => 0;

    /// <inheritdoc/>
    public ClosingStep Hear(ref ReadOnlySpan<byte> received)
    {
        received = default;
        return ClosingStep.None;
    }
}
