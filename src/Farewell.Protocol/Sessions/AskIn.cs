namespace Farewell.Protocol.Sessions;

/// <summary>An ask of the peer in hand.</summary>
/// <param name="Number">Its number on the wire.</param>
/// <param name="Cost">What replying to it returns.</param>
/// <param name="Nested">Whether it was made from inside a handler.</param>
internal record struct AskIn(uint Number, uint Cost, bool Nested)
{
    /// <summary>Whether its handler runs: then it cannot be refused any more.</summary>
    public bool Begun { get; set; }

    /// <summary>Whether the peer does not want the answer any more.</summary>
    public bool Cancelled { get; set; }
}
