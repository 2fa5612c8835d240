using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.Versioning;
using System.Threading.Channels;
using Farewell.Engine;
using Farewell.Listening;
using Farewell.Timing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Farewell.AspNetCore.Loops;

/// <summary>Kestrel's connections on Farewell's event loops.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LoopConnectionListener : IConnectionListener
{
    private readonly Channel<LoopConnection> _accepted = Channel.CreateUnbounded<LoopConnection>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _unbound = new();
    private readonly DeadlineWheel _wheel = new(TimeProvider.System);
    private readonly MemoryPool<byte>? _pool;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoopFront _front;
    private readonly Task _accepting;
    private int _there = 1;
    private int _disposed;

    public LoopConnectionListener(IPEndPoint endPoint, FarewellTransportOptions options, IMemoryPoolFactory<byte>? pools, ILogger logger)
    {
        _pool = pools?.Create();
        var listener = ListenSocket.Bind(endPoint, options.Listen);
        EndPoint = listener.LocalEndPoint!;
        _front = new LoopFront(listener, new EventLoops($"kestrel {EndPoint}", options.Loops, _wheel), _wheel, new AcceptorOptions(), TimeProvider.System, logger);
        var scheduler = options.RunsOnLoops ? PipeScheduler.Inline : PipeScheduler.ThreadPool;
        _accepting = _front.RunAsync(accepted => Take(accepted, scheduler), _unbound.Token);
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_accepted.Reader.TryRead(out var connection))
            {
                connection.Start();
                return connection;
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (!_accepting.IsCompleted)
        {
            await _unbound.CancelAsync().ConfigureAwait(false);
        }

        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _front.CloseListener();
        _accepted.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await UnbindAsync().ConfigureAwait(false);
        while (_accepted.Reader.TryRead(out var connection))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        // Ends that still wait for their peers' have the patience of a drain.
        Leave();
        await _empty.Task.ConfigureAwait(false);
        _front.Dispose();
        _wheel.Dispose();
        _pool?.Dispose();
        _unbound.Dispose();
    }

    private void Take(Accepted accepted, PipeScheduler scheduler)
    {
        Interlocked.Increment(ref _there);
        var connection = new LoopConnection(accepted.Open(), scheduler, _pool, Leave);
        _accepted.Writer.TryWrite(connection);
    }

    /// <summary>A connection is over; the listener itself counts as one.</summary>
    private void Leave()
    {
        if (Interlocked.Decrement(ref _there) == 0)
        {
            _empty.TrySetResult();
        }
    }
}
