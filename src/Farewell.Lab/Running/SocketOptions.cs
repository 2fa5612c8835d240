using System.Net.Sockets;

namespace Farewell.Lab.Running;

/// <summary>Linux socket options for which .NET has no name.</summary>
internal static class SocketOptions
{
    private const int TcpLevel = 6;
    private const int TcpLinger2 = 8;
    private const int TcpUserTimeout = 18;
    private const int TcpSynCount = 7;

    /// <summary>TCP_LINGER2 = -1: the connection is dropped, with a reset, as soon as its FIN is acknowledged (tcp(7)).</summary>
    public static void SetUnheldFin(Socket socket) => socket.SetRawSocketOption(TcpLevel, TcpLinger2, BitConverter.GetBytes(-1));

    /// <summary>TCP_SYNCNT = 1: a connect gives up after one retry, 3 s.</summary>
    public static void RetrySynOnce(Socket socket) => socket.SetRawSocketOption(TcpLevel, TcpSynCount, BitConverter.GetBytes(1));

    /// <summary>TCP_USER_TIMEOUT: how long sent data may stay unacknowledged.</summary>
    public static void SetUserTimeout(Socket socket, TimeSpan limit) =>
        socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((int)limit.TotalMilliseconds));
}
