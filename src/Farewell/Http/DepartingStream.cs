using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Farewell.Departures;
using Farewell.Sockets;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Http;

/// <summary>
/// A connection's octets, in TLS its ciphertext. What <see cref="HttpClient"/> takes for the end of the stream's life begins the end of the socket's: the own reads and writes are ended,
/// without which a FIN would be an RST, and then the socket, by the departure that its use permits.
/// </summary>
internal sealed class DepartingStream : Stream
{
    private const int Ending = int.MinValue;

    private readonly Socket _socket;
    private readonly Connector _connector;
    private readonly FourTuple _tuple;
    private readonly CancellationTokenSource _disposed = new();
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _operations;
    private long _written;
    private long _requestsEnd;
    private ExchangeWatch? _watch;

    public DepartingStream(Socket socket, Connector connector)
    {
        (_socket, _connector) = (socket, connector);
        _tuple = new(Endpoint.From((IPEndPoint)socket.LocalEndPoint!), Endpoint.From((IPEndPoint)socket.RemoteEndPoint!));
        HttpEndings.Keep(socket);
    }

    /// <summary>A handler that is collected without a dispose has lost its connections, too; nobody but this can end them by a FIN.</summary>
    ~DepartingStream() => Depart();

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes the watch that sees this connection's octets in the clear.</summary>
    public void WatchedBy(ExchangeWatch watch) => _watch = watch;

    /// <summary>Octets of a request are about to be written.</summary>
    public void RequestBegins() => Volatile.Write(ref _requestsEnd, long.MaxValue);

    /// <summary>All that was written is in the kernel's hands.</summary>
    public void RequestWritten() => Volatile.Write(ref _requestsEnd, Volatile.Read(ref _written));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Enter();
        CancellationTokenSource? both = null;
        try
        {
            return await _socket.ReceiveAsync(buffer, SocketFlags.None, Either(ref both, cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw LetGo();
        }
        catch (SocketException failed)
        {
            throw new IOException($"The connection to {_tuple.Remote} cannot be read: {failed.Message}", failed);
        }
        finally
        {
            both?.Dispose();
            Leave();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // In TLS, whose stream lies between: the write of the plaintext called this one.
        _watch ??= ExchangeWatch.Above?.AttachedTo(this);
        Enter();
        CancellationTokenSource? both = null;
        try
        {
            var token = Either(ref both, cancellationToken);
            for (var left = buffer; !left.IsEmpty;)
            {
                var sent = await _socket.SendAsync(left, SocketFlags.None, token).ConfigureAwait(false);
                Volatile.Write(ref _written, _written + sent);
                left = left[sent..];
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw LetGo();
        }
        catch (SocketException failed)
        {
            throw new IOException($"The connection to {_tuple.Remote} cannot be written: {failed.Message}", failed);
        }
        finally
        {
            both?.Dispose();
            Leave();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A synchronous receive cannot be ended before the socket, so the synchronous forms wait for the others.
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _watch ??= ExchangeWatch.Above?.AttachedTo(this);
        Depart();
        GC.SuppressFinalize(this);
        base.Dispose(disposing);
    }

    private void Depart()
    {
        int before;
        do
        {
            before = Volatile.Read(ref _operations);
            if (before < 0)
            {
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _operations, before | Ending, before) != before);

        if (before == 0)
        {
            _quiet.SetResult();
        }

        HttpEndings.Began();
        _ = EndAsync();
    }

    private async Task EndAsync()
    {
        var started = _connector.Clock.GetTimestamp();

        // Before anything is cancelled: what its owner then reads is no answer.
        var use = _watch?.Use ?? (_written == 0 ? HttpUse.Unused : HttpUse.Opaque);
        Departure? chosen = null;
        SocketEnd end;
        try
        {
            _disposed.Cancel();
            await _quiet.Task.ConfigureAwait(false);
            var view = SocketView.Of(_socket, Volatile.Read(ref _requestsEnd));
            if (!view.PeerClosed)
            {
                chosen = _connector.Departures.Choose(Permitted.Departure(_connector.Asked, use, view.RequestsAcknowledged), _tuple);
            }

            end = chosen switch
            {
                Departure.UnheldFin => EndSocket.UnheldFin(_socket),
                Departure.Reset => EndSocket.Abort(_socket),
                _ => default,
            };
            if (end.Kind == SocketEndKind.None)
            {
                end = await OrderlyAsync().ConfigureAwait(false);
            }
        }
        catch (Exception failed)
        {
            HttpLog.Failed(_connector.Logger, _tuple.Remote, failed);
            end = EndSocket.Abort(_socket);
        }

        HttpEndings.Release(_socket);
        Tell(use, chosen, end, _connector.Clock.GetElapsedTime(started));
        HttpEndings.Ended();
    }

    private async ValueTask<SocketEnd> OrderlyAsync()
    {
        using var giveUp = new CancellationTokenSource();
        var ending = EndSocket.OrderlyAsync(_socket, _connector.Drain, default, _connector.Clock, giveUp.Token);
        if (ending.IsCompleted)
        {
            return await ending.ConfigureAwait(false);
        }

        var place = HttpEndings.Wait(giveUp, _connector.MostRunning);
        try
        {
            return await ending.ConfigureAwait(false);
        }
        finally
        {
            HttpEndings.WaitIsOver(place);
        }
    }

    private void Tell(HttpUse use, Departure? chosen, SocketEnd end, TimeSpan took)
    {
        if (chosen is { } departure)
        {
            _connector.Departures.Ended(_tuple, departure, end);
        }

        var told = new HttpEnding(_tuple, use, chosen, end, EndingJudge.Judge([.. end.Evidence(took)], Vantage.Library), took);
        _connector.Metrics.Ended(told);
        if (end.IsForced)
        {
            HttpLog.Forced(_connector.Logger, _tuple.Remote, end.Kind, took.TotalSeconds, end.Discarded, use);
        }

        try
        {
            _connector.OnEnded?.Invoke(told);
        }
        catch (Exception thrown)
        {
            HttpLog.ToldInVain(_connector.Logger, thrown);
        }
    }

    private CancellationToken Either(ref CancellationTokenSource? both, CancellationToken callers)
    {
        if (!callers.CanBeCanceled)
        {
            return _disposed.Token;
        }

        both = CancellationTokenSource.CreateLinkedTokenSource(callers, _disposed.Token);
        return both.Token;
    }

    private void Enter()
    {
        if (Interlocked.Increment(ref _operations) < 0)
        {
            Interlocked.Decrement(ref _operations);
            throw LetGo();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _operations) == Ending)
        {
            _quiet.TrySetResult();
        }
    }

    // As NetworkStream has it: an IOException over OperationAborted, which HttpClient knows what to make of.
    private IOException LetGo() => new($"The connection to {_tuple.Remote} was let go.", new SocketException((int)SocketError.OperationAborted));
}
