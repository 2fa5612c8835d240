using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>Whether an answer written at once is what it would be over the queue: the same octets, and a session with the same future.</summary>
internal static class AtOnce
{
    [ThreadStatic]
    private static (byte[] Queued, byte[] AtOnce)? _rooms;

    /// <summary>Answers, after copies of the session have answered in both ways.</summary>
    public static ReplyStatus Answer(Session session, uint ask, ReadOnlyMemory<byte> payload, TimeSpan now)
    {
        var (byQueue, atOnce) = _rooms ??= (new byte[8192], new byte[8192]);
        Compare(session, ask, payload, now, byQueue, atOnce);
        Compare(session, ask, payload, now, byQueue.AsSpan(0, 128), atOnce.AsSpan(0, 128));
        return session.Answer(ask, payload, now);
    }

    private static void Compare(Session session, uint ask, ReadOnlyMemory<byte> payload, TimeSpan now, Span<byte> byQueue, Span<byte> atOnce)
    {
        var (queued, direct) = (session.Clone(), session.Clone());
        var expected = queued.Answer(ask, payload, now);
        var count = queued.Write(byQueue, now);
        var status = direct.AnswerAtOnce(ask, payload, now, atOnce, out var written);
        written += direct.Write(atOnce[written..], now);
        PropertyViolated.Unless(status == expected, "an answer at once is accepted as one by the queue", $"{status}, not {expected}");
        PropertyViolated.Unless(byQueue[..count].SequenceEqual(atOnce[..written]), "an answer at once has the octets of one by the queue", $"{written} octets, not {count}");
        PropertyViolated.Unless(HashOf(queued, now) == HashOf(direct, now), "an answer at once leaves what one by the queue leaves", $"another state after {written} octets");
    }

    private static UInt128 HashOf(Session session, TimeSpan now)
    {
        var hash = new StateHash();
        session.AddTo(ref hash, now);
        return hash.Value;
    }
}
