using System.Net.Sockets;

namespace Farewell.Samples.Endings;

/// <summary>
/// The handshake that makes every ending safe: the leaver says it is done, the stayer answers goodbye as its last word, and when the
/// leaver has read that, both queues are empty and a reset has nothing left to destroy.
/// </summary>
public static class LeaveAfterGoodbye
{
    private static readonly byte[] Done = "DONE\n"u8.ToArray();
    private static readonly byte[] Goodbye = "GOODBYE\n"u8.ToArray();

    /// <summary>The leaver's side.</summary>
    /// <returns>Whether the goodbye came; if not, the connection was closed in the ordinary way.</returns>
    public static async Task<bool> LeaveAsync(Socket socket, CancellationToken cancellation = default)
    {
        await socket.SendAsync(Done, cancellation);
        if (!await ReadsAsync(socket, Goodbye, cancellation))
        {
            socket.Dispose();
            return false;
        }

        socket.Close(0);
        return true;
    }

    /// <summary>The stayer's side, once its work for the connection is done.</summary>
    /// <returns>Whether the leaver was done; after that a reset is as good an end as any.</returns>
    public static async Task<bool> StayAsync(Socket socket, CancellationToken cancellation = default)
    {
        var done = await ReadsAsync(socket, Done, cancellation);
        try
        {
            if (done)
            {
                await socket.SendAsync(Goodbye, cancellation);
                await socket.ReceiveAsync(new byte[1], cancellation);
            }
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Left after the goodbye: nothing was lost.
        }

        socket.Dispose();
        return done;
    }

    private static async Task<bool> ReadsAsync(Socket socket, byte[] word, CancellationToken cancellation)
    {
        var got = new byte[word.Length];
        for (var read = 0; read < got.Length;)
        {
            var count = await socket.ReceiveAsync(got.AsMemory(read), cancellation);
            if (count == 0)
            {
                return false;
            }

            read += count;
        }

        return got.AsSpan().SequenceEqual(word);
    }
}
