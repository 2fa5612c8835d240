using System.Buffers.Text;
using System.Text;

namespace Farewell.Http.Exchanges;

/// <summary>Finds the end of one HTTP/1.1 message (RFC 9112, section 6), octets given as they come. It looks at nothing but the framing.</summary>
internal sealed class Http1Message
{
    // Long enough for every field that frames; what a line has beyond it is not looked at.
    private const int KeptOfLine = 128;

    private readonly byte[] _line = new byte[KeptOfLine];
    private int _kept;
    private Part _part;
    private bool _hasStartLine;
    private bool _isChunked;
    private bool _hasLength;
    private long _left;

    private enum Part : byte
    {
        Head,
        Fixed,
        ChunkSize,
        Chunk,
        Trailer,
        UntilEnd,
        Done,
    }

    /// <summary>Whether it is over.</summary>
    public bool IsDone => _part == Part.Done;

    /// <summary>Whether an octet of it was seen.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether it has a body of at least an octet: known once its head was seen.</summary>
    public bool HasBody { get; private set; }

    /// <summary>Whether its framing makes no sense.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>A request's method is HEAD: its answer has no body, whatever it says.</summary>
    public bool IsHead { get; private set; }

    /// <summary>A request's method is CONNECT.</summary>
    public bool IsConnect { get; private set; }

    /// <summary>An answer's status; 0 in a request.</summary>
    public int Status { get; private set; }

    /// <summary>Begins another message.</summary>
    public void Reset()
    {
        (_kept, _part, _hasStartLine, _isChunked, _hasLength, _left) = (0, Part.Head, false, false, false, 0);
        (HasBegun, HasBody, IsHead, IsConnect, Status, HasNoBody) = (false, false, false, false, 0, false);
    }

    /// <summary>To be said of an answer to HEAD or CONNECT: its fields do not tell.</summary>
    public bool HasNoBody { private get; set; }

    /// <summary>Takes octets up to its end and returns those beyond.</summary>
    public ReadOnlySpan<byte> Take(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && _part != Part.Done && !IsBroken)
        {
            HasBegun = true;
            if (_part is Part.Fixed or Part.Chunk or Part.UntilEnd)
            {
                var count = _part == Part.UntilEnd ? octets.Length : (int)Math.Min(_left, octets.Length);
                octets = octets[count..];
                _left -= _part == Part.UntilEnd ? 0 : count;
                if (_left == 0 && _part != Part.UntilEnd)
                {
                    _part = _part == Part.Fixed ? Part.Done : Part.ChunkSize;
                }

                continue;
            }

            var end = octets.IndexOf((byte)'\n');
            var piece = end < 0 ? octets : octets[..end];
            var room = Math.Min(piece.Length, KeptOfLine - _kept);
            piece[..room].CopyTo(_line.AsSpan(_kept));
            _kept += room;
            if (end < 0)
            {
                return default;
            }

            octets = octets[(end + 1)..];
            var line = _line.AsSpan(0, _kept).TrimEnd((byte)'\r');
            _kept = 0;
            Take(line);
        }

        return octets;
    }

    private void Take(Span<byte> line)
    {
        switch (_part)
        {
            case Part.Head when !_hasStartLine:
                // An empty line before it is to be ignored (RFC 9112, 2.2).
                _hasStartLine = !line.IsEmpty;
                StartLine(line);
                break;
            case Part.Head when line.IsEmpty:
                EndHead();
                break;
            case Part.Head:
                Field(line);
                break;
            case Part.ChunkSize:
                ChunkSize(line);
                break;
            case Part.Trailer when line.IsEmpty:
                _part = Part.Done;
                break;
        }
    }

    private void StartLine(Span<byte> line)
    {
        if (line.StartsWith("HTTP/1."u8))
        {
            Status = Utf8Parser.TryParse(line[Math.Min(9, line.Length)..], out int status, out _) ? status : 0;
            IsBroken = Status is < 100 or > 999;
        }
        else
        {
            (IsHead, IsConnect) = (line.StartsWith("HEAD "u8), line.StartsWith("CONNECT "u8));
        }
    }

    private void Field(Span<byte> line)
    {
        if (Value(line, "content-length"u8) is { IsEmpty: false } length)
        {
            _hasLength = true;
            IsBroken = !Utf8Parser.TryParse(length, out _left, out var used) || used != length.Length || _left < 0;
        }
        else if (Value(line, "transfer-encoding"u8) is { IsEmpty: false } codings)
        {
            _isChunked = codings.Length >= 7 && Ascii.EqualsIgnoreCase(codings[^7..], "chunked"u8);
        }
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length > name.Length && line[name.Length] == ':' && Ascii.EqualsIgnoreCase(line[..name.Length], name) ? line[(name.Length + 1)..].Trim(" \t"u8) : default;

    private void EndHead()
    {
        if (Status is >= 100 and < 200 and not 101)
        {
            // An interim answer: the one that counts follows.
            (_hasStartLine, _isChunked, _hasLength, _left) = (false, false, false, 0);
            return;
        }

        if (Status != 0 && (HasNoBody || Status is 101 or 204 or 304))
        {
            (_isChunked, _left, _part) = (false, 0, Part.Done);
            return;
        }

        // Over a length the chunks win (RFC 9112, 6.3).
        _part = _isChunked ? Part.ChunkSize : _left > 0 ? Part.Fixed : Status == 0 || _hasLength ? Part.Done : Part.UntilEnd;
        _left = _isChunked ? 0 : _left;
        HasBody = _part != Part.Done;
    }

    private void ChunkSize(Span<byte> line)
    {
        if (line.IsEmpty)
        {
            // The end of the chunk before.
            return;
        }

        IsBroken = !Utf8Parser.TryParse(line, out _left, out var used, 'x') || used == 0 || _left < 0;
        _part = _left > 0 ? Part.Chunk : Part.Trailer;
    }
}
