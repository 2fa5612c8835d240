using System.Net.Sockets;

namespace Farewell.Samples.Endings;

/// <summary>Close first and lose nothing: send a FIN, read until the other side's FIN, then let go.</summary>
public static class LeaveOrderly
{
    /// <summary>Ends a connection on which no receive of yours is pending.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="limit">How long to wait for the other side; when it passes, the connection is aborted.</param>
    /// <returns>Whether the other side ended its direction too.</returns>
    public static async Task<bool> EndAsync(Socket socket, TimeSpan limit)
    {
        using var time = new CancellationTokenSource(limit);
        var rest = new byte[4096];
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            while (await socket.ReceiveAsync(rest, time.Token) > 0)
            {
            }

            socket.Dispose();
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Close(0);
            return false;
        }
    }
}
