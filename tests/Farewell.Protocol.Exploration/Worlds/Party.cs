using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>What became of an own ask, as its application was told.</summary>
internal enum Fate : byte
{
    Open,
    Answered,
    Refused,
    Unknown,
    Cancelled,
    CancelledUnsent,
}

/// <summary>An ask of the peer in hand.</summary>
internal readonly record struct InHand(uint Number, byte Ticket, bool Begun, bool Nested);

/// <summary>One side: its session, its application, and what a witness noted of both.</summary>
internal sealed class Party(Session session)
{
    public Session Session { get; private set; } = session;

    /// <summary>What is under way to this side: frames, then perhaps an end.</summary>
    public List<byte[]> Inbox { get; set; } = [];

    /// <summary>What the session has written and the transport has not accepted.</summary>
    public List<byte[]> Waiting { get; private set; } = [];

    public Ledger Ledger { get; private set; } = new();

    /// <summary>Bytes handed to the session.</summary>
    public long Heard { get; set; }

    /// <summary>Times that the transport accepted less than it could.</summary>
    public int Partials { get; set; }

    public int Sent { get; set; }

    public int Received { get; set; }

    public int HandledCount { get; set; }

    public int HandledAtDone { get; set; } = -1;

    public uint ToldDelivered { get; set; }

    public int NestedMade { get; set; }

    public int CancelsMade { get; set; }

    public List<InHand> Asks { get; private set; } = [];

    /// <summary>Indexed by ticket.</summary>
    public Fate[] Fates { get; private set; } = new Fate[8];

    public bool[] Begun { get; private set; } = new bool[8];

    /// <summary>Whether the peer's application was given an ask.</summary>
    public bool[] Handed { get; private set; } = new bool[8];

    public bool[] Replied { get; private set; } = new bool[8];

    public int Made { get; set; }

    public bool EndTold { get; set; }

    public bool EndRead { get; set; }

    public bool Gone { get; set; }

    public bool Stalled { get; set; }

    public bool CloseAsked { get; set; }

    public SessionState Since { get; set; }

    /// <summary>When the session was first neither Greeting nor Open.</summary>
    public TimeSpan EndingAt { get; set; } = Closing.Never;

    /// <summary>Leaver: when Dismiss was first read.</summary>
    public TimeSpan DismissedAt { get; set; } = Closing.Never;

    /// <summary>When a frame was last written.</summary>
    public TimeSpan WrittenAt { get; set; }

    /// <summary>Stayer: whether the time for what is owed after Done has run out.</summary>
    public bool GraceOver { get; set; }

    public TimeSpan SinceAt { get; set; }

    public Party Clone()
    {
        var clone = (Party)MemberwiseClone();
        clone.Session = Session.Clone();
        clone.Inbox = [.. Inbox];
        clone.Waiting = [.. Waiting];
        clone.Ledger = Ledger.Clone();
        clone.Asks = [.. Asks];
        clone.Fates = (Fate[])Fates.Clone();
        clone.Begun = (bool[])Begun.Clone();
        clone.Handed = (bool[])Handed.Clone();
        clone.Replied = (bool[])Replied.Clone();
        return clone;
    }

    public void AddTo(ref StateHash hash, TimeSpan now)
    {
        if (Gone)
        {
            // How it came here decides nothing any more.
            var tally = Session.Tally;
            hash.Add((byte)Session.Cause | (long)tally.Delivered << 16 | (long)tally.Unconfirmed << 32 | (long)tally.NotSent << 48);
            hash.Add(HandledAtDone + 1 + (Received << 8) + (HandledCount << 16));
            AddFates(ref hash);
            return;
        }

        Session.AddTo(ref hash, now);
        AddTo(ref hash, Inbox);
        AddTo(ref hash, Waiting);
        hash.Add(Sent | Received << 4 | HandledCount << 8 | (HandledAtDone + 1) << 12 | (int)ToldDelivered << 16 | NestedMade << 20 | CancelsMade << 24);
        hash.Add(Made | (EndTold ? 16 : 0) | (EndRead ? 32 : 0) | (Gone ? 64 : 0) | (Stalled ? 128 : 0) | (CloseAsked ? 256 : 0)
            | Partials << 16);
        AddFates(ref hash);
        foreach (var ask in Asks)
        {
            hash.Add((int)ask.Number | ask.Ticket << 8 | (ask.Begun ? 1 << 16 : 0) | (ask.Nested ? 1 << 17 : 0));
        }

        // Only the moments that a bound of the state counts from.
        hash.Add((int)Since | (int)(Since is SessionState.Waiting or SessionState.Expelling ? (now - SinceAt).TotalMilliseconds : 0) << 8);
        hash.Add(EndingAt == Closing.Never || Since is SessionState.Waiting or SessionState.Expelling ? -1 : (now - EndingAt).Ticks);
        hash.Add(Since == SessionState.Dismissed ? (now - DismissedAt).Ticks : -1);
    }

    private void AddFates(ref StateHash hash)
    {
        for (var ticket = 1; ticket <= Made; ticket++)
        {
            hash.Add((int)Fates[ticket] | (Begun[ticket] ? 16 : 0) | (Replied[ticket] ? 32 : 0) | (Handed[ticket] ? 64 : 0));
        }
    }

    private static void AddTo(ref StateHash hash, List<byte[]> frames)
    {
        hash.Add(frames.Count);
        foreach (var frame in frames)
        {
            hash.Add(frame.Length);

            // With one Ping at a time its number decides nothing.
            hash.Add(frame.AsSpan(0, Math.Min(frame.Length, 4)));
            hash.Add(frame.Length >= 8 && (FrameType)frame[0] is FrameType.Ping or FrameType.Pong ? frame.AsSpan(8) : frame.AsSpan(Math.Min(frame.Length, 4), Math.Clamp(frame.Length - 4, 0, 20)));
        }
    }
}
