using System.Buffers;
using System.Threading.Tasks.Sources;
using Farewell.Protocol;
using Farewell.Sockets;

namespace Farewell.Carriers;

/// <summary>
/// The octets of a transport as a stream, for a TLS that wants one: one read and one write at a time, without a task, a copy or an allocation where the reader waits already. Its
/// continuations run where the transport calls.
/// </summary>
internal sealed class CipherStream : Stream, IValueTaskSource<int>, IValueTaskSource
{
    private readonly Transport _transport;
    private readonly TaskCompletionSource<SocketEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<int> _read;
    private ManualResetValueTaskSourceCore<bool> _write;
    private Memory<byte> _into;
    private byte[]? _kept;
    private int _keptStart;
    private int _keptEnd;
    private int _unsent;
    private bool _isReading;
    private bool _isWriting;
    private bool _isAbandoned;
    private bool _isPaused;

    /// <summary>Drives a transport that nobody drives yet.</summary>
    public CipherStream(Transport transport)
    {
        _transport = transport;
        transport.Driver = new Tap(this);
    }

    /// <summary>Whether the peer's FIN has come.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>How the connection was lost; null if it is not.</summary>
    public Loss? Loss { get; private set; }

    /// <summary>Completes when the transport is ended.</summary>
    public Task<SocketEnd> Ended => _end.Task;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Nobody completes what is still pending: it fails now.</summary>
    public void Abandon()
    {
        bool fails;
        lock (_gate)
        {
            (fails, _isReading, _isAbandoned) = (_isReading, false, true);
            ReleaseKept();
        }

        if (fails)
        {
            _read.SetException(Gone());
        }

        FailWrite();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_kept is { } kept)
            {
                var count = Math.Min(buffer.Length, _keptEnd - _keptStart);
                kept.AsSpan(_keptStart, count).CopyTo(buffer.Span);
                _keptStart += count;
                if (_keptStart == _keptEnd)
                {
                    ReleaseKept();
                }

                return ValueTask.FromResult(count);
            }

            if (IsAtEnd)
            {
                return ValueTask.FromResult(0);
            }

            if (Loss is not null || _isAbandoned)
            {
                return ValueTask.FromException<int>(Gone());
            }

            _read.Reset();
            (_into, _isReading) = (buffer, true);
            if (_isPaused)
            {
                _isPaused = false;
                _transport.Resume();
            }

            return new ValueTask<int>(this, _read.Version);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return default;
        }

        lock (_gate)
        {
            if (Loss is not null || _isAbandoned)
            {
                return ValueTask.FromException(Gone());
            }

            _unsent = buffer.Length - _transport.Send(buffer);
            if (_unsent == 0)
            {
                return default;
            }

            _write.Reset();
            _isWriting = true;
            return new ValueTask(this, _write.Version);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _read.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => _write.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _write.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _write.OnCompleted(continuation, state, token, flags);

    /// <summary>Receives only while somebody reads: at the end no receive of the transport's own is pending then, over which a FIN would become an RST.</summary>
    private bool Take(ReadOnlySpan<byte> octets)
    {
        var count = -1;
        lock (_gate)
        {
            if (_isReading)
            {
                count = Math.Min(_into.Length, octets.Length);
                octets[..count].CopyTo(_into.Span);
                octets = octets[count..];
                (_isReading, _into) = (false, default);
            }

            if (!octets.IsEmpty)
            {
                _kept = ArrayPool<byte>.Shared.Rent(octets.Length);
                octets.CopyTo(_kept);
                (_keptStart, _keptEnd) = (0, octets.Length);
            }
        }

        if (count >= 0)
        {
            _read.SetResult(count);
        }

        lock (_gate)
        {
            _isPaused = !_isReading;
            return _isReading;
        }
    }

    private void TakeEnd(Loss? loss)
    {
        bool completes;
        lock (_gate)
        {
            (completes, _isReading) = (_isReading, false);
            (IsAtEnd, Loss) = (loss is null, loss);
        }

        if (loss is not null)
        {
            FailWrite();
        }

        if (completes && loss is null)
        {
            _read.SetResult(0);
        }
        else if (completes)
        {
            _read.SetException(Gone());
        }
    }

    private void TakeSent(int count)
    {
        bool completes;
        lock (_gate)
        {
            _unsent -= count;
            completes = _unsent == 0 && _isWriting;
            _isWriting &= !completes;
        }

        if (completes)
        {
            _write.SetResult(true);
        }
    }

    private void FailWrite()
    {
        bool fails;
        lock (_gate)
        {
            (fails, _isWriting) = (_isWriting, false);
        }

        if (fails)
        {
            _write.SetException(Gone());
        }
    }

    private void ReleaseKept()
    {
        if (_kept is { } kept)
        {
            ArrayPool<byte>.Shared.Return(kept);
            _kept = null;
        }
    }

    private IOException Gone() => new(Loss switch
    {
        Carriers.Loss.TimedOut => "The peer did not answer any more.",
        Carriers.Loss.Reset => "The connection was reset.",
        _ => "The connection is ended.",
    });

    private sealed class Tap(CipherStream stream) : Driver
    {
        public override bool Received(ReadOnlyMemory<byte> octets) => stream.Take(octets.Span);

        public override void EndOfStream() => stream.TakeEnd(null);

        public override void Lost(Loss how) => stream.TakeEnd(how);

        public override void Sent(int count) => stream.TakeSent(count);

        public override void Ended(SocketEnd end) => stream._end.TrySetResult(end);

        public override void Start()
        {
        }

        public override void Dismiss(DismissReason reason, TimeSpan? grace, TimeSpan? retryAfter, TimeSpan? hard)
        {
        }

        public override void Abort()
        {
        }

        public override void Tick()
        {
        }
    }
}
