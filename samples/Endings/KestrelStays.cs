using Microsoft.AspNetCore.Connections;

namespace Farewell.Samples.Endings;

/// <summary>
/// A Kestrel connection handler that does not close first: a handler that returns makes Kestrel send the FIN and keep the TIME_WAIT,
/// so it waits until the client has left, and aborts a client that does not.
/// </summary>
public abstract class KestrelStays : ConnectionHandler
{
    /// <summary>How long a client has to leave.</summary>
    protected virtual TimeSpan Grace => TimeSpan.FromSeconds(5);

    /// <summary>Serves the connection until everything was said.</summary>
    protected abstract Task ServeAsync(ConnectionContext connection);

    /// <inheritdoc/>
    public sealed override async Task OnConnectedAsync(ConnectionContext connection)
    {
        await ServeAsync(connection);
        using var time = new CancellationTokenSource(Grace);
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(time.Token);
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            connection.Abort(new ConnectionAbortedException("The client did not leave in time."));
        }
    }
}
