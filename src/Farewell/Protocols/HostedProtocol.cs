using Farewell.Protocol.Manners;

namespace Farewell.Protocols;

/// <summary>A protocol as a server hosts it.</summary>
/// <param name="Manner">Makes the closing manner of one connection.</param>
/// <param name="Handler">Runs once for a connection.</param>
/// <param name="Buffer">Octets that may wait in each direction.</param>
internal sealed record HostedProtocol(Func<IClosingManner> Manner, ProtocolHandler Handler, int Buffer);
