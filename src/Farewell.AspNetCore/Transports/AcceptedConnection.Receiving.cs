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
        // What ended it is looked at without being thrown once more: an exception costs more than the whole rest of an ending.
        var receiving = ReceiveToEndAsync();
        await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A receive is cancelled for the last step, which wants none pending.
        var error = receiving.IsCanceled ? new ConnectionAbortedException() : ErrorOf(receiving.Exception?.InnerException);
        await _input.Writer.CompleteAsync(_aborted ?? error).ConfigureAwait(false);
        TellClosed();
    }

    private Exception? ErrorOf(Exception? thrown)
    {
        // The first three are our own abort.
        if (thrown is not SocketException lost || lost.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted or SocketError.InvalidArgument)
        {
            return thrown;
        }

        _isLost = true;
        return new ConnectionResetException(lost.Message, lost);
    }

    /// <summary>Until the client's FIN; into the pipe, and to nowhere once nobody reads any more.</summary>
    private async Task ReceiveToEndAsync()
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
                    break;
                }
            }

            var count = await _socket.ReceiveAsync(input.GetMemory(LeastBuffer), SocketFlags.None, cancellation).ConfigureAwait(false);
            if (count == 0)
            {
                _hasLeft = true;
                return;
            }

            if (!OperatingSystem.IsLinux())
            {
                // Linux knows it, and need not be asked the time by every request.
                _lastReceived = _partings.Clock.GetTimestamp();
            }

            input.Advance(count);
            var flushed = await input.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            if (flushed.IsCompleted)
            {
                _discarded = count;
                break;
            }

            if (flushed.IsCanceled)
            {
                // The connection is being torn down.
                return;
            }
        }

        await DiscardAsync().ConfigureAwait(false);
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
