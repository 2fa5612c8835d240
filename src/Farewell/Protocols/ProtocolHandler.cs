namespace Farewell;

/// <summary>
/// What a server does with a connection of a user's own protocol. When it returns, everything has been said: the closing manner says the rest, and the connection ends by the rules. If it throws, its
/// connection is dismissed, and no other.
/// </summary>
/// <param name="connection">The connection; its pipes are completed for the handler when it returns.</param>
public delegate Task ProtocolHandler(ProtocolConnection connection);
