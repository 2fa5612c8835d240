using System.Net.Sockets;

namespace Farewell.Samples.Endings;

/// <summary>Dispose with a receive pending is a reset in .NET. Cancel the receive, await it, and only then dispose.</summary>
public static class CloseWhileReceiving
{
    /// <summary>Ends a connection whose receive loop runs on <paramref name="stop"/>'s token.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="receiving">The loop.</param>
    /// <param name="stop">Cancels the loop.</param>
    public static async Task EndAsync(Socket socket, Task receiving, CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        await receiving.ContinueWith(static _ => { }, TaskScheduler.Default);
        socket.Dispose();
    }
}
