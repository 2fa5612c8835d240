namespace Farewell.AspNetCore;

/// <summary>
/// Follows the frames of one direction of a WebSocket (RFC 6455 section 5.2) by their heads alone, however they are cut into pieces, to notice the close frame.
/// </summary>
internal struct FrameScanner
{
    private const int Close = 8;

    // Octets of the head seen so far, and payload still to come.
    private int _seen;
    private byte _first;
    private int _headLength;
    private int _lengthEnd;
    private ulong _length;
    private ulong _payload;

    /// <summary>Whether the head of a close frame has passed.</summary>
    public bool HasClosed { get; private set; }

    public void Scan(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && !HasClosed)
        {
            if (_payload > 0)
            {
                var skipped = (int)Math.Min(_payload, (ulong)octets.Length);
                _payload -= (ulong)skipped;
                octets = octets[skipped..];
                continue;
            }

            Take(octets[0]);
            octets = octets[1..];
        }
    }

    private void Take(byte octet)
    {
        switch (_seen++)
        {
            case 0:
                (_first, _headLength, _length) = (octet, 2, 0);
                return;
            case 1:
                var mask = (octet & 0x80) != 0 ? 4 : 0;
                _length = (ulong)(octet & 0x7f);
                var extended = _length switch { 126 => 2, 127 => 8, _ => 0 };
                _headLength += extended + mask;
                _length = extended > 0 ? 0 : _length;
                _lengthEnd = 2 + extended;
                break;
            default:
                if (_seen <= _lengthEnd)
                {
                    _length = (_length << 8) | octet;
                }

                break;
        }

        if (_seen == _headLength)
        {
            (_seen, _payload) = (0, _length);
            HasClosed = (_first & 0x0f) == Close;
        }
    }
}
