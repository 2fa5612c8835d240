namespace Farewell.Protocol.Sessions;

/// <summary>Every number of a session that can be chosen; the reasons of the defaults stand in <c>docs/protocol.md</c> section 7.</summary>
public sealed record SessionLimits
{
    /// <summary>The defaults of a stayer.</summary>
    public static SessionLimits Stayer { get; } = new();

    /// <summary>The defaults of a leaver: the same, without an idle limit.</summary>
    public static SessionLimits Leaver { get; } = new() { Idle = TimeSpan.Zero };

    /// <summary>The longest any time here may be: 2^31 - 1 ms, above 24 days. Every time is above zero, but idle and ping, which may be zero.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>How long Hello may take.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After so long without a message this side ends the session; zero is never.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>After so long without a byte received a Ping is sent; zero is never.</summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How long a Pong may take.</summary>
    public TimeSpan Pong { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the transport may accept nothing of what waits to be sent.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the report of a handled message may be held back.</summary>
    public TimeSpan Confirm { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The time a side asked to leave is given.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How far progress extends the grace; at least <see cref="Grace"/>.</summary>
    public TimeSpan Hard { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long this side waits for any peer: a grace or hard limit that the peer announces counts as at most this.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a stayer waits for its leaver's end after Goodbye.</summary>
    public TimeSpan Parting { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long input is discarded after a violation was told.</summary>
    public TimeSpan Discard { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>What two round trips count as at least.</summary>
    public TimeSpan LeastTwoRoundTrips { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The largest payload accepted, in bytes; 1 to 2^30 - 64.</summary>
    public int Largest { get; init; } = 256 * 1024;

    /// <summary>The cost of unreturned messages and asks accepted, in bytes; <see cref="Largest"/> + 64 to 2^30.</summary>
    public int Window { get; init; } = 512 * 1024;

    /// <summary>The cost of messages and asks that may wait here for credit or the transport, in bytes; at least 1. One payload may wait whatever its size.</summary>
    public int Queue { get; init; } = 1024 * 1024;

    /// <summary>The largest part that a payload too large for one frame is cut into, in bytes; 1 to 65,527.</summary>
    public int Part { get; init; } = 16 * 1024;

    /// <summary>How many nested asks of the peer may be in hand; 0 or more.</summary>
    public int Nested { get; init; } = 16;

    /// <summary>Whether messages may follow the own Hello before the peer's is read (only the side that speaks first).</summary>
    public bool Pipeline { get; init; } = true;

    /// <summary>Whether a violation is told before the reset; a busy server may not.</summary>
    public bool TellViolations { get; init; } = true;

    /// <summary>Checks every number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of the range it documents.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Largest, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, Largest + (int)Frames.Hello.Overhead);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Window, (int)Frames.Hello.MaxWindow);
        ArgumentOutOfRangeException.ThrowIfLessThan(Queue, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Part, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Part, Frames.FrameHeader.MaxBody - 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(Nested, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(Idle, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Ping, TimeSpan.Zero);
        foreach (var time in (ReadOnlySpan<TimeSpan>)[Handshake, Pong, Stall, Confirm, Grace, Hard, Patience, Parting, Discard, LeastTwoRoundTrips])
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        }

        foreach (var (name, time) in (ReadOnlySpan<(string, TimeSpan)>)[(nameof(Handshake), Handshake), (nameof(Idle), Idle), (nameof(Ping), Ping), (nameof(Pong), Pong),
            (nameof(Stall), Stall), (nameof(Confirm), Confirm), (nameof(Grace), Grace), (nameof(Hard), Hard), (nameof(Patience), Patience), (nameof(Parting), Parting), (nameof(Discard), Discard),
            (nameof(LeastTwoRoundTrips), LeastTwoRoundTrips)])
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(time, Longest, name);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Hard, Grace);
    }

    internal Frames.Hello ToHello(Role role) => new(Frames.Hello.Version, Frames.Hello.Version, role,
        Milliseconds(Idle), Milliseconds(Grace), Milliseconds(Hard), (uint)Largest, (uint)Window);

    private static uint Milliseconds(TimeSpan time) => (uint)Math.Ceiling(time.TotalMilliseconds);
}
