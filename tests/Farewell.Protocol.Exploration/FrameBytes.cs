using System.Buffers.Binary;
using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Exploration;

/// <summary>Frames made by hand, in order or not.</summary>
internal static class FrameBytes
{
    public static byte[] Of(FrameType type, FrameFlags flags, params ReadOnlySpan<byte> body)
    {
        var frame = new byte[FrameHeader.Size + body.Length];
        new FrameHeader(type, flags, (ushort)body.Length).Write(frame);
        body.CopyTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    public static byte[] Of(FrameType type, params ReadOnlySpan<uint> fields)
    {
        var frame = new byte[FrameHeader.Size + fields.Length * 4];
        new FrameHeader(type, FrameFlags.None, (ushort)(fields.Length * 4)).Write(frame);
        for (var i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(FrameHeader.Size + i * 4), fields[i]);
        }

        return frame;
    }

    public static byte[] Greeting(Hello hello)
    {
        var frame = new byte[FrameHeader.Size + Hello.Size];
        new FrameHeader(FrameType.Hello, FrameFlags.None, Hello.Size).Write(frame);
        hello.Write(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    public static uint Field(ReadOnlySpan<byte> frame, int offset) => BinaryPrimitives.ReadUInt32BigEndian(frame[(FrameHeader.Size + offset)..]);
}
