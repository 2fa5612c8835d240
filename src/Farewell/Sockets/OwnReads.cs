namespace Farewell.Sockets;

/// <summary>
/// The receive that the connection's owner still has pending. A socket disposed over a pending receive sends an RST instead of a FIN, so it is
/// ended first.
/// </summary>
/// <param name="Cancellation">Cancels it; null when there is none. Cancelling a receive loses no octet.</param>
/// <param name="Pending">Completes once it has ended, however; null when there is none.</param>
public readonly record struct OwnReads(CancellationTokenSource? Cancellation, Task? Pending)
{
    /// <summary>Cancels the receive and waits until it has ended; how it ended is its owner's to know.</summary>
    public async ValueTask EndAsync()
    {
        if (Cancellation is { } cancellation)
        {
            await cancellation.CancelAsync().ConfigureAwait(false);
        }

        if (Pending is { } pending)
        {
            await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
