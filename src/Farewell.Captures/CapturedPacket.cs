namespace Farewell.Captures;

/// <summary>One frame as it was captured. It borrows its octets: they are valid only until the reader moves on or the handler
/// returns.</summary>
public readonly ref struct CapturedPacket
{
    /// <summary>A frame as it was captured.</summary>
    /// <param name="nanoseconds">When, in nanoseconds since 1970-01-01T00:00:00Z.</param>
    /// <param name="link">What the frame begins with.</param>
    /// <param name="frame">The octets captured.</param>
    /// <param name="originalLength">The octets there were on the wire; anything below the octets captured means as many as those.</param>
    /// <param name="direction">Which way it went.</param>
    public CapturedPacket(
        long nanoseconds,
        LinkType link,
        ReadOnlySpan<byte> frame,
        int originalLength = 0,
        PacketDirection direction = PacketDirection.Unknown)
    {
        Nanoseconds = nanoseconds;
        Link = link;
        Frame = frame;
        OriginalLength = Math.Max(originalLength, frame.Length);
        Direction = direction;
    }

    /// <summary>When, in nanoseconds since 1970-01-01T00:00:00Z.</summary>
    public long Nanoseconds { get; }

    /// <summary>When, since 1970-01-01T00:00:00Z, cut to .NET's 100 ns.</summary>
    public TimeSpan At => new(Nanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>What the frame begins with.</summary>
    public LinkType Link { get; }

    /// <summary>The octets captured, which may be fewer than were on the wire.</summary>
    public ReadOnlySpan<byte> Frame { get; }

    /// <summary>The octets there were on the wire; never fewer than those captured.</summary>
    public int OriginalLength { get; }

    /// <summary>Which way it went.</summary>
    public PacketDirection Direction { get; }
}

/// <summary>Takes one captured packet. Its octets are valid only until this returns.</summary>
public delegate void PacketHandler(in CapturedPacket packet);
