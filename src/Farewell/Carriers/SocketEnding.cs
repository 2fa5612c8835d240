using System.Net.Sockets;
using Farewell.Departures;
using Farewell.Sockets;

namespace Farewell.Carriers;

/// <summary>From what a driver asks for to one of the four ways to end a socket.</summary>
internal static class SocketEnding
{
    /// <summary>Ends the socket below a transport. None of the transport's own receives is pending, unless it is to be reset.</summary>
    public static async Task<SocketEnd> EndAsync(this Socket socket, TransportEnd how, Departure departure, DrainLimit drain, TimeProvider clock)
    {
        var end = how switch
        {
            TransportEnd.Reset or TransportEnd.Release => EndSocket.Abort(socket),
            TransportEnd.Close => Close(socket),
            _ when departure == Departure.Reset => EndSocket.Abort(socket),
            _ when departure == Departure.UnheldFin => EndSocket.UnheldFin(socket),
            _ => default,
        };
        return end.Kind == SocketEndKind.None ? await EndSocket.OrderlyAsync(socket, drain, default, clock).ConfigureAwait(false) : end;
    }

    /// <summary>What an error of a socket says of its connection.</summary>
    public static Loss ToLoss(this SocketError error) =>
        error is SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable ? Loss.TimedOut : Loss.Reset;

    /// <summary>
    /// Whether the end of the stream just read may be a reset that a send of ours was told: the kernel tells it once, and every read after is at the end (tcp_reset, sock_error). A FIN
    /// with an RST behind it looks the same here.
    /// </summary>
    public static bool IsGone(this Socket socket)
    {
        try
        {
            return OperatingSystem.IsLinux() && EndSocket.StateOf(socket) == EndSocket.Closed;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static SocketEnd Close(Socket socket)
    {
        try
        {
            return EndSocket.Passive(socket);
        }
        catch (InvalidOperationException)
        {
            // It cannot be, and if it is, an end is owed all the same.
            return EndSocket.Abort(socket);
        }
    }
}
