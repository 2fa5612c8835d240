using Farewell.Departures;
using Farewell.Sockets;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Http;

/// <summary>How one connection of an HTTP client ended.</summary>
/// <param name="Connection">Which.</param>
/// <param name="Use">What it was in the midst of when it was let go.</param>
/// <param name="Departure">What was chosen; null if the server had closed first, so that there was nothing to choose.</param>
/// <param name="End">What it came to.</param>
/// <param name="Ending">The same as the own socket can judge it.</param>
/// <param name="Took">From the dispose to the socket's end.</param>
public sealed record HttpEnding(FourTuple Connection, HttpUse Use, Departure? Departure, SocketEnd End, Ending Ending, TimeSpan Took);
