using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Exploration;

/// <summary>Byte streams that nobody would send: frames from a grammar, most in order and some with wrong fields, flags or sizes, and the same with their bytes broken.</summary>
internal static class Grammar
{
    private const int MostFrames = 40;

    private const int Largest = 4200;

    /// <returns>How many bytes there are.</returns>
    public static int Compose(Random random, Role speaker, Hello hello, Span<byte> into)
    {
        var length = 0;
        if (random.Next(16) > 0)
        {
            length += Put(into, FrameBytes.Greeting(hello with { Role = random.Next(30) == 0 ? 1 - speaker : speaker, Grace = random.Next(20) == 0 ? (uint)random.Next() : hello.Grace }));
        }

        var said = default(Counts);
        for (var left = random.Next(MostFrames); left > 0 && length < into.Length; left--)
        {
            length += Put(into[length..], Frame(random, speaker, ref said));
        }

        return random.Next(2) == 0 ? Break(random, into, length) : length;
    }

    /// <summary>Breaks a few bytes: flipped, replaced, left out, doubled, or all that follows cut off.</summary>
    public static int Break(Random random, Span<byte> bytes, int length)
    {
        for (var left = random.Next(1, 5); left > 0 && length > 0; left--)
        {
            var at = random.Next(length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[(at + 1)..length].CopyTo(bytes[at..]);
                    length--;
                    break;
                case 3 when length < bytes.Length:
                    bytes[at..length].CopyTo(bytes[(at + 1)..]);
                    length++;
                    break;
                case 4 when random.Next(4) == 0:
                    length = at;
                    break;
            }
        }

        return length;
    }

    private static byte[] Frame(Random random, Role speaker, ref Counts said)
    {
        // What is seldom in order comes seldom, or no session would last.
        var type = random.Next(60) switch
        {
            0 => (FrameType)random.Next(256),
            1 => (FrameType)random.Next(1, 14),
            2 => speaker == Role.Leaver ? FrameType.Done : random.Next(2) == 0 ? FrameType.Dismiss : FrameType.Goodbye,
            3 => FrameType.Answer,
            4 => FrameType.Refused,
            5 => FrameType.Pong,
            < 20 => FrameType.Ask,
            < 26 => FrameType.Cancel,
            < 30 => FrameType.Ping,
            < 36 => FrameType.Credit,
            < 40 => (FrameType)random.Next(0x80, 0x100),
            _ => FrameType.Message,
        };
        if (type == FrameType.Cancel && said.Asks == 0)
        {
            type = FrameType.Message;
        }

        if (FrameLayout.CarriesPayload(type))
        {
            return Payload(random, said.IsOpen ? FrameType.Part : type == FrameType.Part ? FrameType.Message : type, ref said);
        }

        var fields = new uint[type switch { FrameType.Done => 4, FrameType.Dismiss => 3, FrameType.Refused or FrameType.Pong or FrameType.Credit => 2, _ => 1 }];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = random.Next(60) switch { 0 => uint.MaxValue, 1 => (uint)random.Next(), 2 => (uint)random.Next(3), _ => type == FrameType.Cancel ? said.Asks : 0 };
        }

        return FrameBytes.Of(type, fields);
    }

    private static byte[] Payload(Random random, FrameType type, ref Counts said)
    {
        var fields = type == FrameType.Answer ? 8 : 0;
        var body = new byte[fields + (random.Next(60) switch { 0 or 1 or 2 => random.Next(1, Largest), 3 => 960, 4 => 961, 5 => 0, _ => random.Next(1, 120) })];
        if (type == FrameType.Answer)
        {
            body[3] = (byte)random.Next(3);
        }

        var more = random.Next(5) == 0;
        said.IsOpen = more || (said.IsOpen && type == FrameType.Part && random.Next(4) == 0 && more);
        said.Asks += type == FrameType.Ask && !more ? 1u : 0;
        return FrameBytes.Of(type, (more ? FrameFlags.More : 0) | (type == FrameType.Ask && random.Next(3) == 0 ? FrameFlags.Nested : 0), body);
    }

    private static int Put(Span<byte> into, ReadOnlySpan<byte> frame)
    {
        var count = Math.Min(into.Length, frame.Length);
        frame[..count].CopyTo(into);
        return count;
    }

    private struct Counts
    {
        public bool IsOpen;
        public uint Asks;
    }
}
