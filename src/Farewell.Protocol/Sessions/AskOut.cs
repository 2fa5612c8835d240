namespace Farewell.Protocol.Sessions;

/// <summary>An own ask without reply.</summary>
/// <param name="Ticket">The application's name for it.</param>
/// <param name="Cost">What its reply gives back.</param>
/// <param name="Stamp">Its place among everything that waits to be written.</param>
internal record struct AskOut(uint Ticket, uint Cost, uint Stamp)
{
    /// <summary>Its number on the wire; 0 before it is written.</summary>
    public uint Number { get; set; }

    /// <summary>Whether the application does not want the reply any more.</summary>
    public bool Cancelled { get; set; }
}
