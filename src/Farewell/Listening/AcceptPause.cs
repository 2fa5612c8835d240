using System.Net.Sockets;

namespace Farewell.Listening;

/// <summary>Accepting has paused or goes on; told once each.</summary>
/// <param name="Cause">Why it paused: usually <see cref="SocketError.TooManyOpenSockets"/>.</param>
/// <param name="Lasted">How long the pause was; null when it begins.</param>
public readonly record struct AcceptPause(SocketError Cause, TimeSpan? Lasted);
