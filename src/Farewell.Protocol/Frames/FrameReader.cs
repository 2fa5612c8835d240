using System.Buffers;
using System.Buffers.Binary;

namespace Farewell.Protocol.Frames;

/// <summary>
/// Takes a byte stream apart into frames, whatever pieces it comes in. A body that lies whole in one piece is handed out where it lies;
/// one that is split is gathered in memory from a pool: as it grows, at most twice what has been received of it, rounded up as the pool does.
/// Header and body are two steps, so that the caller checks a header before any memory is taken for its body.
/// </summary>
public sealed class FrameReader
{
    private const int LeastRent = 256;

    private byte[]? _gathered;
    private int _have;
    private uint _header;
    private int _headerBytes;
    private int _skip;
    private bool _handedOut;

    /// <summary>The header whose body is awaited; meaningful after <see cref="TryReadHeader"/> answered true.</summary>
    public FrameHeader Header => new((FrameType)(_header >> 24), (FrameFlags)(byte)(_header >> 16), (ushort)_header);

    /// <summary>Whether a header has been read whose body has not.</summary>
    public bool HasHeader => _headerBytes == FrameHeader.Size;

    /// <summary>Whether the stream stands between two frames.</summary>
    public bool IsBetweenFrames => _headerBytes == 0 && _skip == 0;

    /// <summary>Whether nothing of a frame is held: another stream may be read with it.</summary>
    internal bool IsAtRest => IsBetweenFrames && _have == 0 && _gathered is null && !_handedOut;

    /// <summary>Takes the next header off the input, first what is left of a skipped body. A body handed out before is no longer valid.</summary>
    /// <returns>Whether a header is whole; if not, all input was taken.</returns>
    public bool TryReadHeader(ref ReadOnlyMemory<byte> input)
    {
        Release();
        if (_skip > 0)
        {
            var skipped = Math.Min(_skip, input.Length);
            _skip -= skipped;
            input = input[skipped..];
            if (_skip > 0)
            {
                return false;
            }
        }

        var bytes = input.Span;
        if (_headerBytes == 0 && bytes.Length >= FrameHeader.Size)
        {
            (_header, _headerBytes) = (BinaryPrimitives.ReadUInt32BigEndian(bytes), FrameHeader.Size);
            input = input[FrameHeader.Size..];
            return true;
        }

        var taken = 0;
        while (_headerBytes < FrameHeader.Size && taken < bytes.Length)
        {
            _header = _header << 8 | bytes[taken++];
            _headerBytes++;
        }

        input = input[taken..];
        return HasHeader;
    }

    /// <summary>Takes the body of <see cref="Header"/> off the input.</summary>
    /// <param name="input">What has been received and not taken.</param>
    /// <param name="body">The body, valid until the next call; a slice of the input when it lies there whole.</param>
    /// <returns>Whether it is whole; if not, all input was taken.</returns>
    public bool TryReadBody(ref ReadOnlyMemory<byte> input, out ReadOnlyMemory<byte> body)
    {
        int length = Header.Length;
        if (_have == 0 && input.Length >= length)
        {
            body = input[..length];
            input = input[length..];
            _headerBytes = 0;
            return true;
        }

        body = default;
        if (input.IsEmpty)
        {
            // No memory before there is something to put there: what comes next may be the whole body.
            return false;
        }

        var taken = Math.Min(length - _have, input.Length);
        Gather(input.Span[..taken], length);
        input = input[taken..];
        if (_have < length)
        {
            return false;
        }

        body = new ReadOnlyMemory<byte>(_gathered, 0, length);
        _headerBytes = 0;
        _handedOut = true;
        return true;
    }

    /// <summary>Passes over the body of <see cref="Header"/>, holding no memory for it.</summary>
    public void SkipBody()
    {
        _skip = Header.Length - _have;
        _headerBytes = 0;
        _handedOut = true;
    }

    /// <summary>Passes over the next frame, holding no memory for it; the header is told as soon as it is whole.</summary>
    /// <returns>Whether a header was whole; if not, all input was taken.</returns>
    internal bool TrySkipFrame(ref ReadOnlySpan<byte> input, out FrameHeader header)
    {
        while (TrySkipRest(ref input) && _headerBytes < FrameHeader.Size && !input.IsEmpty)
        {
            _header = _header << 8 | input[0];
            _headerBytes++;
            input = input[1..];
        }

        header = Header;
        if (!HasHeader)
        {
            return false;
        }

        SkipBody();
        return true;
    }

    /// <summary>Passes over what is left of a skipped body.</summary>
    /// <returns>Whether it is passed.</returns>
    internal bool TrySkipRest(ref ReadOnlySpan<byte> input)
    {
        var skipped = Math.Min(_skip, input.Length);
        _skip -= skipped;
        input = input[skipped..];
        return _skip == 0;
    }

    /// <summary>Forgets what was gathered and gives its memory back.</summary>
    public void Release()
    {
        if (_handedOut)
        {
            _handedOut = false;
            Drop();
        }
    }

    internal void Drop()
    {
        if (_gathered is { } memory)
        {
            ArrayPool<byte>.Shared.Return(memory);
            _gathered = null;
        }

        _have = 0;
    }

    internal FrameReader Clone()
    {
        var clone = (FrameReader)MemberwiseClone();
        if (_gathered is { } memory)
        {
            clone._gathered = ArrayPool<byte>.Shared.Rent(memory.Length);
            memory.AsSpan(0, _have).CopyTo(clone._gathered);
        }

        return clone;
    }

    internal void AddTo(ref StateHash hash)
    {
        hash.Add(_headerBytes == 0 ? 0 : _header & (uint.MaxValue >> (32 - 8 * _headerBytes)));
        hash.Add(_headerBytes << 17 | _have);
        hash.Add(_skip);
    }

    private void Gather(ReadOnlySpan<byte> bytes, int length)
    {
        var needed = _have + bytes.Length;
        if (_gathered is null || _gathered.Length < needed)
        {
            var grown = ArrayPool<byte>.Shared.Rent(Math.Min(length, Math.Max(LeastRent, needed * 2)));
            if (_gathered is { } old)
            {
                old.AsSpan(0, _have).CopyTo(grown);
                ArrayPool<byte>.Shared.Return(old);
            }

            _gathered = grown;
        }

        bytes.CopyTo(_gathered.AsSpan(_have));
        _have = needed;
    }
}
