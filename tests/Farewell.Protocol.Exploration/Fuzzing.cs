using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>
/// Inputs that nobody would send: sequences of frames from a grammar with wrong fields, and the same with their bytes broken, in any pieces,
/// between calls of the application. No exception, no unbounded allocation, no state outside the table, and our own output always well formed.
/// </summary>
internal static class Fuzzing
{
    /// <summary>No input may cost more; a session, its queues and a payload of 960 bytes fit well.</summary>
    public const long MostBytes = 64 * 1024;

    private const int MostFrames = 12;

    public readonly record struct Result(long Inputs, long Violations, long Frames, long MostAllocated, string? Failure);

    public static Result Run(int seed, int count)
    {
        var (violations, frames, most) = (0L, 0L, 0L);
        var bytes = new byte[4096];
        var room = new byte[2048];
        for (var input = 0; input < count; input++)
        {
            var random = new Random(unchecked(seed * 7919 + input));
            var role = (Role)random.Next(2);
            var length = Grammar(random, role == Role.Stayer ? Role.Leaver : Role.Stayer, bytes);
            if (random.Next(2) == 0)
            {
                length = Break(random, bytes, length);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var session = new Session(role, random.Next(2) == 0, Scenario.Short, TimeSpan.Zero);
                frames += Play(session, random, bytes.AsMemory(0, length), room);
                violations += session.Cause == Cause.Violation ? 1 : 0;
            }
            catch (Exception failed)
            {
                return new Result(input, violations, frames, most, $"seed {seed}, input {input}, {role}: {failed}{Environment.NewLine}{Convert.ToHexString(bytes.AsSpan(0, length))}");
            }

            // The first inputs fill the pools.
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            most = input > 1000 ? Math.Max(most, allocated) : most;
            if (input > 1000 && allocated > MostBytes)
            {
                return new Result(input, violations, frames, most, $"seed {seed}, input {input}: {allocated} bytes allocated for {length} received");
            }
        }

        return new Result(count, violations, frames, most, null);
    }

    private static long Play(Session session, Random random, ReadOnlyMemory<byte> input, byte[] room)
    {
        var (now, frames, asked) = (TimeSpan.Zero, 0L, 0u);
        while (input.Length > 0 || session.Disposition == Disposition.Stay)
        {
            var piece = input[..Math.Min(input.Length, random.Next(3) switch { 0 => 1, 1 => random.Next(1, 40), _ => 4096 })];
            input = input[piece.Length..];
            while (session.Read(ref piece, now, out var happened))
            {
                asked = happened.Kind == SessionEventKind.Ask ? happened.Number : asked;
            }

            PropertyViolated.Unless(piece.IsEmpty, "all input is taken", $"{piece.Length} bytes left");
            Call(session, random, asked, now);
            frames += Drain(session, random, room, now);
            PropertyViolated.Unless(FrameTable.StatesOf(session.Role).Contains(session.State), "no state outside the table", $"{session.Role} {session.State}");
            if (input.IsEmpty && session.Disposition == Disposition.Stay)
            {
                if (session.NextDeadline == TimeSpan.MaxValue)
                {
                    session.Abort(now);
                }

                now = Closing.Max(now, session.NextDeadline == TimeSpan.MaxValue ? now : session.NextDeadline);
                session.Tick(now);
            }
        }

        return frames;
    }

    private static void Call(Session session, Random random, uint asked, TimeSpan now)
    {
        switch (random.Next(12))
        {
            case 0:
                session.Send(new byte[random.Next(200)], now, out _);
                break;
            case 1:
                session.Ask(new byte[random.Next(200)], now, out _, random.Next(4) == 0);
                break;
            case 2:
                session.Answer(asked, new byte[random.Next(200)], now);
                break;
            case 3:
                session.Handled((uint)random.Next(5), now);
                break;
            case 4:
                session.Cancel((uint)random.Next(4), now);
                break;
            case 5 when session.Role == Role.Stayer:
                session.Dismiss(DismissReason.Age, now);
                break;
            case 5:
                session.Leave(now);
                break;
            case 6:
                session.Begin(asked);
                break;
            case 7 when random.Next(10) == 0:
                session.EndOfStream(now);
                break;
        }
    }

    private static long Drain(Session session, Random random, byte[] room, TimeSpan now)
    {
        var frames = 0L;
        while (session.HasOutput)
        {
            var count = session.Write(room.AsSpan(0, random.Next(Session.LeastRoom, room.Length)), now);
            PropertyViolated.Unless(count > 0, "output is written", $"{session.State}");
            session.Sent(count, now);
            for (ReadOnlySpan<byte> said = room.AsSpan(0, count); said.Length > 0; frames++)
            {
                var header = new FrameHeader((FrameType)said[0], (FrameFlags)said[1], (ushort)(said[2] << 8 | said[3]));
                PropertyViolated.Unless(header.IsNamed && FrameLayout.Check(header) == Violation.None, "what is written is well formed", $"{header}");
                said = said[(FrameHeader.Size + header.Length)..];
            }
        }

        return frames;
    }

    private static int Grammar(Random random, Role speaker, Span<byte> into)
    {
        var length = 0;
        if (random.Next(16) > 0)
        {
            length += Put(into, FrameBytes.Greeting(Scenario.Short.ToHello(speaker)));
        }

        for (var left = random.Next(MostFrames); left > 0; left--)
        {
            length += Put(into[length..], Frame(random));
        }

        return length;
    }

    private static byte[] Frame(Random random)
    {
        var type = (FrameType)(random.Next(20) == 0 ? random.Next(256) : random.Next(1, 14));
        if (FrameLayout.CarriesPayload(type))
        {
            var body = new byte[random.Next(1, 60) + (type == FrameType.Answer ? 8 : 0)];
            body.AsSpan()[^1] = (byte)random.Next(256);
            if (type == FrameType.Answer)
            {
                body[3] = (byte)random.Next(3);
            }

            return FrameBytes.Of(type, (FrameFlags)(random.Next(4) == 0 ? random.Next(4) : 0), body);
        }

        var fields = new uint[type switch { FrameType.Hello => 7, FrameType.Done => 4, FrameType.Dismiss => 3, FrameType.Refused or FrameType.Pong or FrameType.Credit => 2, _ => 1 }];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = random.Next(8) switch { 0 => uint.MaxValue, 1 => (uint)random.Next(), _ => (uint)random.Next(3) };
        }

        return FrameBytes.Of(type, fields);
    }

    private static int Break(Random random, Span<byte> bytes, int length)
    {
        for (var left = random.Next(1, 5); left > 0 && length > 0; left--)
        {
            var at = random.Next(length);
            switch (random.Next(4))
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
                case 3:
                    length = at;
                    break;
            }
        }

        return length;
    }

    private static int Put(Span<byte> into, ReadOnlySpan<byte> frame)
    {
        var count = Math.Min(into.Length, frame.Length);
        frame[..count].CopyTo(into);
        return count;
    }
}
