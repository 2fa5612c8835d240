using System.Net.Sockets;

namespace Farewell.Samples.Endings;

/// <summary>A server's ending: never close first. Wait until the client has left; reset one that had its time and did not.</summary>
public static class StayUntilLeft
{
    /// <summary>Ends an accepted connection whose client was told to leave.</summary>
    /// <param name="socket">The connection; no receive of yours may be pending.</param>
    /// <param name="grace">How long the client has.</param>
    /// <returns>Whether it left in time.</returns>
    public static async Task<bool> EndAsync(Socket socket, TimeSpan grace)
    {
        using var time = new CancellationTokenSource(grace);
        var rest = new byte[4096];
        try
        {
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
