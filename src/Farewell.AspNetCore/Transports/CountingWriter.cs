using System.IO.Pipelines;

namespace Farewell.AspNetCore.Transports;

/// <summary>
/// A connection's output as its application writes it. It counts octets, and between requests keeps the head of what is written: so Kestrel's own error responses are noticed (400, 408, 413, ...),
/// which no middleware sees.
/// </summary>
internal sealed class CountingWriter(PipeWriter output) : PipeWriter
{
    // Kestrel's error responses have some 130 octets; one with every header it can carry stays below this.
    private const int MostOctets = 512;

    private byte[]? _head;
    private int _length;
    private Memory<byte> _lent;
    private bool _watches = true;

    /// <summary>Octets written.</summary>
    public long Written { get; private set; }

    /// <summary>Whether to keep the head of what is written from now on.</summary>
    public bool WatchesHeads
    {
        set => (_watches, _length, _lent) = (value, 0, default);
    }

    /// <summary>Whether what was written since is a response of HTTP/1.1 that tells the client to leave.</summary>
    public bool HeadTells
    {
        get
        {
            var head = _head.AsSpan(0, _watches ? _length : 0);
            return head.StartsWith("HTTP/1.1 "u8) && head.IndexOf("\r\nConnection: close\r\n"u8) > 0;
        }
    }

    public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

    public override long UnflushedBytes => output.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        var memory = output.GetMemory(sizeHint);
        if (_watches)
        {
            _lent = memory;
        }

        return memory;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => _watches ? GetMemory(sizeHint).Span : output.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        if (_watches && _length < MostOctets && bytes <= _lent.Length)
        {
            Keep(_lent.Span[..bytes]);
        }

        Written += bytes;
        output.Advance(bytes);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_watches && _length < MostOctets)
        {
            Keep(source.Span);
        }

        Written += source.Length;
        return output.WriteAsync(source, cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => output.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => output.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => output.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);

    private void Keep(ReadOnlySpan<byte> octets)
    {
        _lent = default;
        _head ??= new byte[MostOctets];
        octets = octets[..Math.Min(octets.Length, MostOctets - _length)];
        octets.CopyTo(_head.AsSpan(_length));
        _length += octets.Length;
    }
}
