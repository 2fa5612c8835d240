using System.Runtime.CompilerServices;

namespace Farewell.AspNetCore;

/// <summary>The octets of a WebSocket, as they are, with an eye on the heads of its frames.</summary>
internal sealed class CloseFrameStream(Stream octets) : Stream
{
    private FrameScanner _received;
    private FrameScanner _sent;

    public bool BothClosed => _received.HasClosed && _sent.HasClosed;

    public override bool CanRead => octets.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => octets.CanWrite;

    public override bool CanTimeout => octets.CanTimeout;

    public override long Length => octets.Length;

    public override long Position
    {
        get => octets.Position;
        set => octets.Position = value;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await octets.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _received.Scan(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = octets.Read(buffer, offset, count);
        _received.Scan(buffer.AsSpan(offset, read));
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _sent.Scan(buffer.Span);
        return octets.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        _sent.Scan(buffer.AsSpan(offset, count));
        octets.Write(buffer, offset, count);
    }

    public override void Flush() => octets.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => octets.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => octets.Seek(offset, origin);

    public override void SetLength(long value) => octets.SetLength(value);

    public override ValueTask DisposeAsync() => octets.DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            octets.Dispose();
        }

        base.Dispose(disposing);
    }
}
