using System.Net.Sockets;

namespace Farewell.Sockets;

/// <summary>The four endings on a socket in memory: what they do to the connection and what they answer, without what only a kernel can get wrong.</summary>
public static class EndSocket
{
    internal const int Closed = 7;

    public static async ValueTask<SocketEnd> OrderlyAsync(Socket socket, DrainLimit limit, OwnReads reads = default, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        using var timeUp = new CancellationTokenSource(limit.Time, time ?? TimeProvider.System);
        var kind = socket.IsAtEnd ? SocketEndKind.Passive : SocketEndKind.Orderly;
        var discarded = 0L;
        try
        {
            kind = socket.IsReset ? SocketEndKind.ResetByPeer : kind;
            socket.ShutdownSend();
            discarded = await socket.DrainAsync(timeUp.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            kind = SocketEndKind.DrainTimedOut;
        }
        catch (SocketException)
        {
            kind = kind == SocketEndKind.ResetByPeer ? kind : SocketEndKind.ResetByPeerAfterFin;
        }

        socket.Close(abortive: kind is not (SocketEndKind.Orderly or SocketEndKind.Passive));
        return new(kind, discarded);
    }

    public static SocketEnd Abort(Socket socket)
    {
        socket.Close(abortive: true);
        return new(SocketEndKind.Reset);
    }

    public static SocketEnd UnheldFin(Socket socket)
    {
        socket.Close(abortive: false);
        return new(SocketEndKind.UnheldFin);
    }

    public static SocketEnd Passive(Socket socket)
    {
        if (socket.IsReset)
        {
            socket.Close(abortive: true);
            return new(SocketEndKind.ResetByPeer);
        }

        if (!socket.IsAtEnd)
        {
            throw new InvalidOperationException("The end of the stream has not come.");
        }

        socket.Close(abortive: false);
        return new(SocketEndKind.Passive);
    }

    internal static int StateOf(Socket socket) => socket.IsReset ? Closed : 1;
}
