using System.Buffers.Binary;

namespace Farewell.Http.Exchanges;

/// <summary>The frame headers of one direction of an HTTP/2 connection (RFC 9113, section 4.1), octets given as they come.</summary>
internal struct Http2Frames
{
    private const int HeaderSize = 9;

    private ulong _high;
    private byte _last;
    private int _filled;
    private int _skip;

    /// <summary>One of a direction that begins with so many octets which are no frame: the preface.</summary>
    public Http2Frames(int preface) => _skip = preface;

    /// <summary>A frame.</summary>
    public readonly record struct Header(byte Type, byte Flags, int Stream);

    /// <summary>The next frame whose header is complete; false when there is none in what was given. What it took is cut off.</summary>
    public bool Next(ref ReadOnlySpan<byte> octets, out Header header)
    {
        header = default;
        while (!octets.IsEmpty)
        {
            if (_skip > 0)
            {
                var count = Math.Min(_skip, octets.Length);
                _skip -= count;
                octets = octets[count..];
                continue;
            }

            if (_filled < HeaderSize - 1)
            {
                _high = (_high << 8) | octets[0];
            }
            else
            {
                _last = octets[0];
            }

            octets = octets[1..];
            if (++_filled == HeaderSize)
            {
                // Length in 24 bits, type, flags, and the stream in 31 bits of the last four octets.
                Span<byte> bytes = stackalloc byte[HeaderSize];
                BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
                bytes[HeaderSize - 1] = _last;
                (_filled, _skip) = (0, (bytes[0] << 16) | (bytes[1] << 8) | bytes[2]);
                header = new(bytes[3], bytes[4], BinaryPrimitives.ReadInt32BigEndian(bytes[5..]) & int.MaxValue);
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the octets given so far end within a frame.</summary>
    public readonly bool IsWithin => _skip > 0 || _filled > 0;
}
