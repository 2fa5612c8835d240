using System.Runtime.CompilerServices;

namespace Farewell.Http;

/// <summary>The plaintext of a connection, passed through and watched.</summary>
internal sealed class WatchedStream : Stream
{
    private readonly Stream _inner;
    private readonly ExchangeWatch _watch;

    public WatchedStream(Stream inner, ExchangeWatch watch)
    {
        (_inner, _watch) = (inner, watch);
        if (inner is DepartingStream carrier)
        {
            carrier.WatchedBy(watch.AttachedTo(carrier));
        }
    }

    public override bool CanRead => _inner.CanRead;

    public override bool CanWrite => _inner.CanWrite;

    public override bool CanSeek => false;

    public override bool CanTimeout => _inner.CanTimeout;

    public override int ReadTimeout
    {
        get => _inner.ReadTimeout;
        set => _inner.ReadTimeout = value;
    }

    public override int WriteTimeout
    {
        get => _inner.WriteTimeout;
        set => _inner.WriteTimeout = value;
    }

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _watch.Read(buffer.Span[..count]);
        return count;
    }

    public override int Read(Span<byte> buffer)
    {
        var count = _inner.Read(buffer);
        _watch.Read(buffer[..count]);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isRequest = Begin(buffer.Span);
        await _inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        End(isRequest);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            var isRequest = Begin(buffer);
            _inner.Write(buffer);
            End(isRequest);
        }
        finally
        {
            ExchangeWatch.UnmarkFlow();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // In TLS a connection on which nothing was ever written is told only now what it was.
            _watch.MarkFlow();
            try
            {
                _inner.Dispose();
            }
            finally
            {
                ExchangeWatch.UnmarkFlow();
            }
        }

        base.Dispose(disposing);
    }

    private bool Begin(ReadOnlySpan<byte> octets)
    {
        var isRequest = _watch.Written(octets);
        if (_watch.Carrier is { } carrier)
        {
            if (isRequest)
            {
                carrier.RequestBegins();
            }
        }
        else
        {
            _watch.MarkFlow();
        }

        return isRequest;
    }

    private void End(bool isRequest)
    {
        if (isRequest)
        {
            _watch.Carrier?.RequestWritten();
        }
    }
}
