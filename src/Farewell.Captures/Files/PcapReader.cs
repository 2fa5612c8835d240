namespace Farewell.Captures.Files;

/// <summary>Reads a classic capture file: microseconds or nanoseconds, either byte order. Reads ahead; allocates nothing per
/// packet.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class PcapReader : IDisposable
{
    private const int RecordHeaderLength = 16;
    private const int ReadAhead = 256 * 1024;

    // As libpcap: files exist whose records are longer than their own header allows, none that are longer than this.
    private const uint LongestRecord = PcapWriter.WholeFrames;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly PcapHeader _header;
    private readonly byte[] _buffer = new byte[ReadAhead + RecordHeaderLength + (int)LongestRecord];
    private int _start;
    private int _end;
    private long _consumed;
    private bool _ended;

    /// <summary>Reads the file header.</summary>
    /// <param name="stream">The file, at its beginning; it need not be seekable.</param>
    /// <param name="leaveOpen">Whether <see cref="Dispose"/> leaves <paramref name="stream"/> open.</param>
    /// <exception cref="PcapFormatException">It is not a classic capture file.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public PcapReader(Stream stream, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        (_stream, _leaveOpen) = (stream, leaveOpen);
        Fill(PcapHeader.Length);
        _header = PcapHeader.Parse(_buffer.AsSpan(_start, Math.Min(_end - _start, PcapHeader.Length)));
        Consume(PcapHeader.Length);
    }

    /// <summary>What every frame begins with.</summary>
    public LinkType Link => _header.Link;

    /// <summary>The most octets of a frame that the file claims to keep; not checked.</summary>
    public long SnapLength => _header.SnapLength;

    /// <summary>Whether times are in nanoseconds; else they are in microseconds.</summary>
    public bool IsNanosecond => _header.IsNanosecond;

    /// <summary>Whether the file was written on a big-endian machine.</summary>
    public bool IsBigEndian => _header.IsBigEndian;

    /// <summary>Packets read so far.</summary>
    public long Packets { get; private set; }

    /// <summary>Whether the file ended within a packet, as it does when its writer was killed. True only after the last
    /// <see cref="TryRead"/>.</summary>
    public bool Truncated { get; private set; }

    /// <summary>Reads the next packet.</summary>
    /// <param name="packet">The packet; its octets are valid until the next call.</param>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="PcapFormatException">The record claims an impossible length: the file is damaged here.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public bool TryRead(out CapturedPacket packet)
    {
        packet = default;
        if (!Fill(RecordHeaderLength))
        {
            return End();
        }

        var record = _buffer.AsSpan(_start, RecordHeaderLength);
        var captured = PcapHeader.Read(record[8..], IsBigEndian);
        if (captured > LongestRecord)
        {
            throw new PcapFormatException(
                $"Packet {Packets + 1} claims {captured} captured octets, the most there can be is {LongestRecord}: the file is damaged",
                _consumed);
        }

        var length = (int)captured;
        if (!Fill(RecordHeaderLength + length))
        {
            return End();
        }

        record = _buffer.AsSpan(_start, RecordHeaderLength + length);
        packet = new CapturedPacket(
            (PcapHeader.Read(record, IsBigEndian) * 1_000_000_000L)
                + (PcapHeader.Read(record[4..], IsBigEndian) * (IsNanosecond ? 1L : 1_000L)),
            Link,
            record[RecordHeaderLength..],
            (int)Math.Min(PcapHeader.Read(record[12..], IsBigEndian), int.MaxValue));
        Consume(record.Length);
        Packets++;
        return true;
    }

    /// <summary>Closes the stream unless it was to be left open.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }

    private bool End()
    {
        Truncated = _end > _start;
        return false;
    }

    private void Consume(int count)
    {
        _start += count;
        _consumed += count;
    }

    private bool Fill(int needed)
    {
        if (_end - _start >= needed)
        {
            return true;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < needed && !_ended)
        {
            var read = _stream.Read(_buffer.AsSpan(_end));
            _ended = read == 0;
            _end += read;
        }

        return _end >= needed;
    }
}
