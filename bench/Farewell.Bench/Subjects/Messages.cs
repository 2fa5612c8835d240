using System.Buffers;
using System.Buffers.Binary;

namespace Farewell.Bench.Subjects;

/// <summary>Messages with their length before them, as the peers speak them.</summary>
internal static class Messages
{
    /// <summary>How many octets of whole messages there are at the begin.</summary>
    public static int Whole(ReadOnlySpan<byte> octets)
    {
        var at = 0;
        while (octets.Length - at >= 4)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(octets[at..]);
            if (octets.Length - at < 4 + length)
            {
                break;
            }

            at += 4 + length;
        }

        return at;
    }

    /// <summary>Echoes the whole messages of what was read.</summary>
    /// <returns>Up to where they go.</returns>
    public static SequencePosition Echo(in ReadOnlySequence<byte> octets, IBufferWriter<byte> output)
    {
        var reader = new SequenceReader<byte>(octets);
        var end = octets.Start;
        while (reader.TryReadBigEndian(out int length) && reader.Remaining >= length)
        {
            reader.Advance(length);
            end = reader.Position;
        }

        foreach (var piece in octets.Slice(octets.Start, end))
        {
            output.Write(piece.Span);
        }

        return end;
    }
}
