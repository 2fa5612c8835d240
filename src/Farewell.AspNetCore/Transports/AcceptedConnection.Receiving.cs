using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Farewell.AspNetCore.Transports;

/// <summary>From the socket to the pipe, and to nowhere once nobody reads any more.</summary>
internal sealed partial class AcceptedConnection
{
    // As Kestrel's own: half a block of its pool.
    private const int LeastBuffer = 2048;

    // What is discarded is never looked at, so that all connections may read into one place.
    private static readonly byte[] Bin = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);

    private long _lastReceived;
    private long _discarded;
    private volatile bool _hasLeft;
    private volatile bool _isLost;
    private volatile bool _isOver;

    /// <summary>Whether the client sent more than it may after it was told to leave.</summary>
    private bool IsOverDiscardLimit => _discarded > _partings.Options.DiscardLimit;

    private async Task ReceiveAsync()
    {
        Exception? error = null;
        try
        {
            if (await ReceiveIntoPipeAsync().ConfigureAwait(false))
            {
                await DiscardAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // For the last step, which wants no receive pending.
            error = new ConnectionAbortedException();
        }
        catch (SocketException lost) when (lost.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted or SocketError.InvalidArgument)
        {
            // Our own abort.
            error = lost;
        }
        catch (SocketException lost)
        {
            _isLost = true;
            error = new ConnectionResetException(lost.Message, lost);
        }
        catch (ObjectDisposedException disposed)
        {
            error = disposed;
        }

        await _input.Writer.CompleteAsync(_aborted ?? error).ConfigureAwait(false);
        TellClosed();
    }

    /// <summary>False at the client's FIN, true when nobody reads any more.</summary>
    private async Task<bool> ReceiveIntoPipeAsync()
    {
        var (input, cancellation) = (_input.Writer, _reading.Token);
        while (true)
        {
            if (_waitsForData)
            {
                // An idle connection holds no buffer.
                await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellation).ConfigureAwait(false);
                if (_isOver)
                {
                    // Nobody reads any more; the memory may be gone with the listener.
                    return true;
                }
            }

            var count = await _socket.ReceiveAsync(input.GetMemory(LeastBuffer), SocketFlags.None, cancellation).ConfigureAwait(false);
            if (count == 0)
            {
                _hasLeft = true;
                return false;
            }

            _lastReceived = _partings.Clock.GetTimestamp();
            input.Advance(count);
            var flushed = await input.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            if (flushed.IsCompleted)
            {
                _discarded = count;
                return true;
            }

            if (flushed.IsCanceled)
            {
                // The connection is being torn down.
                return false;
            }
        }
    }

    private async Task DiscardAsync()
    {
        while (!IsOverDiscardLimit)
        {
            var count = await _socket.ReceiveAsync(Bin, SocketFlags.None, _reading.Token).ConfigureAwait(false);
            if (count == 0)
            {
                _hasLeft = true;
                return;
            }

            _discarded += count;
        }
    }

    /// <summary>Tells whoever waits that the connection is over. On the pool: callbacks are other people's code.</summary>
    private void TellClosed() => ThreadPool.UnsafeQueueUserWorkItem(static connection => connection._closed.Cancel(), this, preferLocal: false);
}
