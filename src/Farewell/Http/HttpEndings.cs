using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Farewell.Http;

/// <summary>
/// The ends that run on after a synchronous <c>Dispose</c>: those that wait for the server's FIN. Each is bounded by its client's <see cref="HttpFarewellOptions.Drain"/>,
/// all of them by <see cref="HttpFarewellOptions.MostRunning"/>.
/// </summary>
/// <remarks>
/// A process that exits meanwhile loses nothing it wrote: the FIN is on its way behind the last octet and the kernel goes on alone. Only the wait is cut short, and what the
/// server still sends draws a reset then. <see cref="WhenOverAsync"/> waits instead.
/// </remarks>
public static class HttpEndings
{
    private static readonly Lock Gate = new();
    private static readonly LinkedList<CancellationTokenSource> Waiting = new();

    // A socket that is collected sends an RST. Held here, it outlives the finalizer of the stream over it, which ends it by its departure.
    private static readonly ConcurrentDictionary<Socket, byte> Kept = new();
    private static TaskCompletionSource? _over;
    private static int _running;

    /// <summary>How many ends run on in this process now.</summary>
    public static int Running => Volatile.Read(ref _running);

    /// <summary>Waits until no end runs on in this process, at the longest for the drain time of the youngest.</summary>
    /// <param name="cancellation">Gives up the wait; the ends run on.</param>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public static Task WhenOverAsync(CancellationToken cancellation = default)
    {
        lock (Gate)
        {
            return _running == 0
                ? Task.CompletedTask
                : (_over ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(cancellation);
        }
    }

    internal static void Keep(Socket socket) => Kept.TryAdd(socket, 0);

    internal static void Release(Socket socket) => Kept.TryRemove(socket, out _);

    internal static void Began()
    {
        lock (Gate)
        {
            _running++;
        }
    }

    internal static void Ended()
    {
        lock (Gate)
        {
            if (--_running == 0)
            {
                _over?.SetResult();
                _over = null;
            }
        }
    }

    /// <summary>One more waits for its server; gives up the oldest if there are more than so many.</summary>
    /// <returns>To be given back.</returns>
    internal static LinkedListNode<CancellationTokenSource> Wait(CancellationTokenSource giveUp, int most)
    {
        CancellationTokenSource? oldest = null;
        LinkedListNode<CancellationTokenSource> own;
        lock (Gate)
        {
            if (Waiting.Count >= most)
            {
                oldest = Waiting.First!.Value;
                Waiting.RemoveFirst();
            }

            own = Waiting.AddLast(giveUp);
        }

        oldest?.CancelAsync();
        return own;
    }

    internal static void WaitIsOver(LinkedListNode<CancellationTokenSource> own)
    {
        lock (Gate)
        {
            // No list any more if it was given up.
            own.List?.Remove(own);
        }
    }
}
