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

    public int Sent { get; set; }

    public int Received { get; set; }

    public int HandledCount { get; set; }

    public int HandledAtDone { get; set; } = -1;

    public uint TakenAtDone { get; set; }

    public uint ToldDelivered { get; set; }

    public int NestedMade { get; set; }

    public int CancelsMade { get; set; }

    public List<InHand> Asks { get; private set; } = [];

    /// <summary>Indexed by ticket.</summary>
    public Fate[] Fates { get; private set; } = new Fate[8];

    public bool[] Begun { get; private set; } = new bool[8];

    public bool[] Replied { get; private set; } = new bool[8];

    public int Made { get; set; }

    public bool EndTold { get; set; }

    public bool EndRead { get; set; }

    public bool Gone { get; set; }

    public bool Stalled { get; set; }

    public bool CloseAsked { get; set; }

    public bool Late { get; set; }

    public SessionState Since { get; set; }

    public TimeSpan SinceAt { get; set; }

    public Party Clone()
    {
        var clone = (Party)MemberwiseClone();
        clone.Session = Session.Clone();
        clone.Inbox = [.. Inbox];
        clone.Asks = [.. Asks];
        clone.Fates = (Fate[])Fates.Clone();
        clone.Begun = (bool[])Begun.Clone();
        clone.Replied = (bool[])Replied.Clone();
        return clone;
    }

    public void AddTo(ref StateHash hash, TimeSpan now)
    {
        Session.AddTo(ref hash, now);
        hash.Add(Inbox.Count);
        foreach (var frame in Inbox)
        {
            hash.Add(frame.Length);
            hash.Add(frame.AsSpan(0, Math.Min(frame.Length, 24)));
        }

        hash.Add(Sent | Received << 4 | HandledCount << 8 | (HandledAtDone + 1) << 12 | (int)ToldDelivered << 16 | NestedMade << 20 | CancelsMade << 24);
        hash.Add(Made | (EndTold ? 16 : 0) | (EndRead ? 32 : 0) | (Gone ? 64 : 0) | (Stalled ? 128 : 0) | (CloseAsked ? 256 : 0)
            | (int)TakenAtDone << 16);
        for (var ticket = 1; ticket <= Made; ticket++)
        {
            hash.Add((int)Fates[ticket] | (Begun[ticket] ? 16 : 0) | (Replied[ticket] ? 32 : 0));
        }

        foreach (var ask in Asks)
        {
            hash.Add((int)ask.Number | ask.Ticket << 8 | (ask.Begun ? 1 << 16 : 0) | (ask.Nested ? 1 << 17 : 0));
        }

        hash.Add((int)Since);
        hash.Add((now - SinceAt).Ticks);
    }
}
