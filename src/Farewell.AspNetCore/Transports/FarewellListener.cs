using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Farewell.AspNetCore.Transports;

/// <summary>Accepts connections. It ends its accept before it closes its socket, so that another process that has the same listening socket is not disturbed.</summary>
internal sealed class FarewellListener : IConnectionListener
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _listener;
    private readonly SocketTransportOptions _options;
    private readonly Partings _partings;
    private readonly TransportShare[] _shares;
    private readonly CancellationTokenSource _unbound = new();
    private int _next;

    public FarewellListener(Socket listener, SocketTransportOptions options, Func<MemoryPool<byte>> memory, Partings partings)
    {
        (_listener, _options, _partings) = (listener, options, partings);
        EndPoint = listener.LocalEndPoint!;
        _shares = new TransportShare[Math.Max(1, options.IOQueueCount)];
        for (var index = 0; index < _shares.Length; index++)
        {
            _shares[index] = new TransportShare(options, memory());
        }
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_unbound.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_unbound.Token).ConfigureAwait(false);
                if (socket.LocalEndPoint is IPEndPoint)
                {
                    socket.NoDelay = _options.NoDelay;
                }

                var connection = new AcceptedConnection(socket, _shares[_next], _partings, _options.WaitForDataBeforeAllocatingBuffer);
                _next = (_next + 1) % _shares.Length;
                connection.Start();
                return connection;
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (ObjectDisposedException)
            {
                break;
            }
            catch (SocketException full) when (full.SocketErrorCode == SocketError.TooManyOpenSockets)
            {
                await Task.Delay(Pause, _partings.Clock, CancellationToken.None).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // The client had gone before it was accepted.
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        // A listening socket disposed over a pending accept is shut down, for everybody who has it.
        await _unbound.CancelAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var share in _shares)
        {
            share.Dispose();
        }

        return default;
    }
}
