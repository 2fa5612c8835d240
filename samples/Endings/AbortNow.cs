using System.Net.Sockets;

namespace Farewell.Samples.Endings;

/// <summary>The reliable abort: a reset and nothing else. What was sent and not yet read by the peer may be lost.</summary>
public static class AbortNow
{
    /// <summary>Ends a connection. Call no Shutdown before: that would send a FIN, and whether the reset follows is a race.</summary>
    public static void End(Socket socket) => socket.Close(0);
}
