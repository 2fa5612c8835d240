using System.Buffers.Binary;
using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Manners;

/// <summary>
/// Farewell's own words, for a handler that reads and writes frames itself (a relay, say) and needs no counts: those it says are zero.
/// A <see cref="Sessions.Session"/> has this manner built in, and counts.
/// </summary>
/// <param name="grace">The grace told in Dismiss, 0 to <see cref="SessionLimits.Longest"/>.</param>
/// <exception cref="ArgumentOutOfRangeException">The grace is out of its range.</exception>
public sealed class FarewellManner(TimeSpan grace) : IClosingManner
{
    private readonly FrameReader _reader = new();
    private readonly uint _grace = grace >= TimeSpan.Zero && grace <= SessionLimits.Longest ? (uint)grace.TotalMilliseconds : throw new ArgumentOutOfRangeException(nameof(grace), grace, "0 to 2^31 - 1 ms.");
    private ClosingStep _hearing;

    /// <inheritdoc/>
    public bool HasWords => true;

    /// <inheritdoc/>
    public int Say(ClosingStep step, DismissReason reason, Span<byte> destination)
    {
        var (type, length) = step switch
        {
            ClosingStep.Dismiss => (FrameType.Dismiss, 12),
            ClosingStep.Done => (FrameType.Done, 16),
            _ => (FrameType.Goodbye, 4),
        };
        new FrameHeader(type, FrameFlags.None, (ushort)length).Write(destination);
        var body = destination.Slice(FrameHeader.Size, length);
        body.Clear();
        if (step == ClosingStep.Dismiss)
        {
            body[0] = (byte)reason;
            BinaryPrimitives.WriteUInt32BigEndian(body[4..], _grace);
            BinaryPrimitives.WriteUInt32BigEndian(body[8..], uint.MaxValue);
        }

        return FrameHeader.Size + length;
    }

    /// <inheritdoc/>
    public ClosingStep Hear(ref ReadOnlySpan<byte> received)
    {
        do
        {
            // A word is heard with its last byte: an end in the middle of it is a truncation.
            if (_hearing != ClosingStep.None && _reader.TrySkipRest(ref received))
            {
                var heard = _hearing;
                _hearing = ClosingStep.None;
                return heard;
            }
        }
        while (_hearing == ClosingStep.None && TryHeader(ref received));

        return ClosingStep.None;
    }

    private bool TryHeader(ref ReadOnlySpan<byte> received)
    {
        if (!_reader.TrySkipFrame(ref received, out var header))
        {
            return false;
        }

        _hearing = header.Type switch
        {
            FrameType.Dismiss => ClosingStep.Dismiss,
            FrameType.Done => ClosingStep.Done,
            FrameType.Goodbye => ClosingStep.Goodbye,
            _ => ClosingStep.None,
        };
        return true;
    }
}
