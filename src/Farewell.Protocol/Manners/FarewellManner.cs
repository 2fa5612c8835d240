using System.Buffers.Binary;
using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Manners;

/// <summary>
/// Farewell's own words, for a handler that reads and writes frames itself (a relay, say) and needs no counts: those it says are zero.
/// A <see cref="Sessions.Session"/> has this manner built in, and counts.
/// </summary>
/// <param name="grace">The grace told in Dismiss.</param>
public sealed class FarewellManner(TimeSpan grace) : IClosingManner
{
    private readonly FrameReader _reader = new();

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
            BinaryPrimitives.WriteUInt32BigEndian(body[4..], (uint)grace.TotalMilliseconds);
            BinaryPrimitives.WriteUInt32BigEndian(body[8..], uint.MaxValue);
        }

        return FrameHeader.Size + length;
    }

    /// <inheritdoc/>
    public ClosingStep Hear(ref ReadOnlySpan<byte> received)
    {
        while (_reader.TrySkipFrame(ref received, out var header))
        {
            var step = header.Type switch
            {
                FrameType.Dismiss => ClosingStep.Dismiss,
                FrameType.Done => ClosingStep.Done,
                FrameType.Goodbye => ClosingStep.Goodbye,
                _ => ClosingStep.None,
            };
            if (step != ClosingStep.None)
            {
                return step;
            }
        }

        return ClosingStep.None;
    }
}
