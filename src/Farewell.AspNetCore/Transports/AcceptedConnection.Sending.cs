using System.Buffers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Farewell.AspNetCore.Transports;

/// <summary>From the pipe to the socket.</summary>
internal sealed partial class AcceptedConnection
{
    private long _sent;

    private async Task SendAsync()
    {
        Exception? error = null;
        try
        {
            await SendFromPipeAsync().ConfigureAwait(false);
        }
        catch (SocketException lost) when (_aborted is null)
        {
            _isLost = true;
            error = new ConnectionResetException(lost.Message, lost);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            error = _aborted;
        }

        if (error is not null || _aborted is not null)
        {
            // Nothing can be said any more: whoever still reads, or waits for room, is to know.
            Abort(new ConnectionAbortedException("The connection was lost while sending.", error ?? new ObjectDisposedException(nameof(Socket))));
        }

        await _output.Reader.CompleteAsync(error).ConfigureAwait(false);
        if (_aborted is not null)
        {
            // The receiving loop may wait for room in its pipe.
            _input.Writer.CancelPendingFlush();
        }
        else if (!IsHttp)
        {
            // A handler that completes its output and still holds the connection: to Kestrel that is the end of it.
            EndForHandler();
        }
    }

    private async Task SendFromPipeAsync()
    {
        var output = _output.Reader;
        while (true)
        {
            var result = await output.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            if (result.IsCanceled)
            {
                return;
            }

            var octets = result.Buffer;
            if (octets.IsSingleSegment)
            {
                var only = octets.First;
                if (!only.IsEmpty)
                {
                    await _socket.SendAsync(only, SocketFlags.None, CancellationToken.None).ConfigureAwait(false);
                    _sent += only.Length;
                }
            }
            else
            {
                await SendSegmentsAsync(octets).ConfigureAwait(false);
                _sent += octets.Length;
            }

            output.AdvanceTo(octets.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private async ValueTask SendSegmentsAsync(ReadOnlySequence<byte> octets)
    {
        var sender = _share.RentSender();
        await sender.SendAsync(_socket, octets).ConfigureAwait(false);
        _share.Return(sender);
    }
}
