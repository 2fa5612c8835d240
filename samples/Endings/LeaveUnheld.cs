using System.Net.Sockets;

namespace Farewell.Samples.Endings;

/// <summary>
/// Close first and keep no TIME_WAIT (Linux): a FIN, and a reset once it is acknowledged. The reset destroys what a Windows peer has
/// not read yet, so use it only after the peer has said that it read everything.
/// </summary>
public static class LeaveUnheld
{
    private const int TcpLevel = 6;
    private const int Linger2 = 8;

    /// <summary>Ends a connection; no Shutdown may come before, or a fast peer's FIN still starts a TIME_WAIT.</summary>
    public static void End(Socket socket)
    {
        socket.SetRawSocketOption(TcpLevel, Linger2, BitConverter.GetBytes(-1));
        socket.Dispose();
    }
}
