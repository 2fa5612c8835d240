using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>A peer that says much and reads no reply, or very much and reads all: too far from the beginning for a search to come upon.</summary>
internal static class Unread
{
    private static readonly byte[] NestedAsk = FrameBytes.Of(FrameType.Ask, FrameFlags.Nested, 1);

    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? Check() =>
        Expect("256 nested asks may wait for their replies", Violation.None, Hello.MaxNested, NestedAsk, isRead: false)
        ?? Expect("257 nested asks without reply are too many", Violation.CreditExceeded, Hello.MaxNested + 1, NestedAsk, isRead: false)
        ?? Expect("nested asks that have their reply are none", Violation.None, 3 * Hello.MaxNested, NestedAsk, isRead: true)
        ?? Expect("one Ping may wait for its Pong", Violation.None, 1, FrameBytes.Of(FrameType.Ping, 7), isRead: false)
        ?? Expect("a second Ping before the Pong is a violation", Violation.BadPing, 2, FrameBytes.Of(FrameType.Ping, 7), isRead: false)
        ?? RepliesFirst(Role.Stayer)
        ?? RepliesFirst(Role.Leaver)
        ?? CancelledOnce();

    /// <summary>Two answers wait for a transport whose room holds one of them and, behind it, the last word.</summary>
    private static string? RepliesFirst(Role role)
    {
        var session = new Session(role, speaksFirst: true, Scenario.Short with { Window = 4096 }, Scenario.Beginning);
        Say(session, FrameBytes.Greeting(Scenario.Short.ToHello(1 - role)), isRead: true);
        for (var ask = 1u; ask <= 2; ask++)
        {
            Say(session, FrameBytes.Of(FrameType.Ask, FrameFlags.None, 1), isRead: false);
            session.Begin(ask);
        }

        if (role == Role.Stayer)
        {
            Say(session, FrameBytes.Of(FrameType.Done, 0u, 0u, 0u, 0u), isRead: false);
        }
        else
        {
            session.Leave(Scenario.Beginning);
        }

        session.Answer(1, new byte[30], Scenario.Beginning);
        session.Answer(2, new byte[30], Scenario.Beginning);
        var said = new List<FrameType>();
        Span<byte> room = stackalloc byte[Session.LeastRoom];
        for (var writes = 0; session.HasOutput && writes < 100; writes++)
        {
            var count = session.Write(room, Scenario.Beginning);
            session.Sent(count, Scenario.Beginning);
            for (ReadOnlySpan<byte> frames = room[..count]; !frames.IsEmpty; frames = frames[(FrameHeader.Size + (frames[2] << 8 | frames[3]))..])
            {
                said.Add((FrameType)frames[0]);
            }
        }

        return said.Count(type => type == FrameType.Answer) == 2 && said[^1] is FrameType.Goodbye or FrameType.Done ? null : $"the replies come before the last word: {string.Join(' ', said)}";
    }

    private static string? CancelledOnce()
    {
        var session = new Session(Role.Stayer, speaksFirst: false, Scenario.Short, Scenario.Beginning);
        Say(session, FrameBytes.Greeting(Scenario.Short.ToHello(Role.Leaver)), isRead: true);
        Say(session, FrameBytes.Of(FrameType.Ask, FrameFlags.None, 1), isRead: true);
        session.Begin(1);
        var told = Say(session, FrameBytes.Of(FrameType.Cancel, 1), isRead: true) + Say(session, FrameBytes.Of(FrameType.Cancel, 1), isRead: true);
        return told == 1 ? null : $"an ask is cancelled once: told {told} times";
    }

    /// <summary>A session that has not yet written its Pong: worlds write too soon for it to be seen.</summary>
    public static Session Pinged() => Hearing(1, FrameBytes.Of(FrameType.Ping, 7), isRead: false);

    private static string? Expect(string rule, Violation expected, int times, byte[] frame, bool isRead)
    {
        var session = Hearing(times, frame, isRead);
        return session.What == expected ? null : $"{rule}: {session.Cause}, {session.What}";
    }

    private static Session Hearing(int times, byte[] frame, bool isRead)
    {
        var session = new Session(Role.Stayer, speaksFirst: false, Scenario.Short, Scenario.Beginning);
        Say(session, FrameBytes.Greeting(Scenario.Short.ToHello(Role.Leaver)), isRead);
        for (var said = 0; said < times; said++)
        {
            Say(session, frame, isRead);
        }

        return session;
    }

    /// <returns>How many events came of it.</returns>
    private static int Say(Session session, ReadOnlyMemory<byte> frame, bool isRead)
    {
        // Nobody replies to what the session hands out.
        var events = 0;
        while (events < 1000 && session.Read(ref frame, Scenario.Beginning, out _))
        {
            events++;
        }

        Span<byte> room = stackalloc byte[256];
        for (var writes = 0; isRead && session.HasOutput && writes < 1000; writes++)
        {
            session.Sent(session.Write(room, Scenario.Beginning), Scenario.Beginning);
        }

        return events;
    }
}
