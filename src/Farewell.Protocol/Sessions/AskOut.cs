namespace Farewell.Protocol.Sessions;

/// <summary>An own ask without reply.</summary>
/// <param name="Ticket">The application's name for it.</param>
/// <param name="Cost">What its reply gives back.</param>
/// <param name="Nested">Whether it was made from inside a handler.</param>
/// <param name="Number">Its number on the wire; meaningful once written.</param>
/// <param name="Written">Whether writing has begun.</param>
/// <param name="Cancelled">Whether the application does not want the reply any more.</param>
internal readonly record struct AskOut(uint Ticket, uint Cost, bool Nested, uint Number, bool Written, bool Cancelled);
