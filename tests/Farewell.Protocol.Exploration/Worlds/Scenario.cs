using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>What a world may do, and how often.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    /// <summary>Messages that each side may send.</summary>
    public int Messages { get; init; }

    /// <summary>Asks that each side may make.</summary>
    public int Asks { get; init; }

    /// <summary>Of those, asks from inside handlers.</summary>
    public int Nested { get; init; }

    public int Cancels { get; init; }

    public bool Refuses { get; init; }

    /// <summary>Whether the network may cut, truncate, reset or stall once.</summary>
    public bool Faults { get; init; }

    /// <summary>Whether deadlines may fall while bytes are under way.</summary>
    public bool Late { get; init; }

    public bool Aborts { get; init; }

    /// <summary>Whether the transport accepts what is written piece by piece, in its own time.</summary>
    public bool Slow { get; init; }

    /// <summary>Whose transport that is; null for both.</summary>
    public int? SlowSide { get; init; }

    /// <summary>The side that may send and ask; null for both.</summary>
    public int? Speaker { get; init; }

    /// <summary>How often a slow transport of each side may accept less than the rest of a frame.</summary>
    public int Partials { get; init; }

    /// <summary>How long before the stall limit falls a dripping transport accepts an octet.</summary>
    public TimeSpan Drop { get; init; } = Ms(1);

    /// <summary>Whether more is written while something still waits for the transport.</summary>
    public bool Eager { get; init; }

    /// <summary>Whether the owners of payload buffers use them again as soon as they may. Only for worlds that are not cloned.</summary>
    public bool Reuses { get; init; }

    public bool StayerDials { get; init; }

    public bool EqualRoles { get; init; }

    /// <summary>Bytes of every message and ask. With 500, a window of 1,024 holds one.</summary>
    public int Payload { get; init; } = 500;

    /// <summary>Room given to each Write; small room makes parts.</summary>
    public int Room { get; init; } = 4096;

    /// <summary>Whether what each side writes is kept.</summary>
    public bool Records { get; init; }

    public SessionLimits Limits { get; init; } = Short;

    public RuleBook StayerRules { get; init; } = RuleBook.Of(Role.Stayer);

    public RuleBook LeaverRules { get; init; } = RuleBook.Of(Role.Leaver);

    /// <summary>Limits whose sums tell deadlines apart; a millisecond is the unit.</summary>
    public static SessionLimits Short { get; } = new()
    {
        Handshake = Ms(40),
        Idle = Ms(100),
        Ping = Ms(30),
        Pong = Ms(10),
        Stall = Ms(24),
        Confirm = Ms(2),
        Grace = Ms(16),
        Hard = Ms(32),
        Parting = Ms(6),
        Discard = Ms(3),
        LeastTwoRoundTrips = Ms(4),
        Largest = 960,
        Window = 1024,
        Queue = 4096,
        Part = 300,
        Nested = 1,
    };

    /// <summary>Fewer different times, for scenarios in which deadlines fall at any moment.</summary>
    public static SessionLimits Quick { get; } = Short with
    {
        Handshake = Ms(8),
        Idle = Ms(16),
        Ping = Ms(8),
        Pong = Ms(8),
        Stall = Ms(8),
        Confirm = Ms(4),
        Grace = Ms(16),
        Hard = Ms(20),
        Parting = Ms(4),
        Discard = Ms(4),
    };

    public bool IsHarmless => !Faults && !Late && !Aborts && !Slow && !EqualRoles;

    /// <summary>When every world begins.</summary>
    public static TimeSpan Beginning { get; } = TimeSpan.FromSeconds(1);

    public static TimeSpan Ms(double count) => TimeSpan.FromMilliseconds(count);

    /// <summary>Without idle and ping, so that the world ends only when someone wants it to.</summary>
    public static SessionLimits Calm { get; } = Short with { Idle = TimeSpan.Zero, Ping = TimeSpan.Zero };

    private static SessionLimits QuickCalm { get; } = Quick with { Idle = TimeSpan.Zero, Ping = TimeSpan.Zero };

    private static SessionLimits NoExtension { get; } = QuickCalm with { Hard = QuickCalm.Grace };

    /// <summary>Everything the exploration goes through, the smallest first.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new() { Name = "equal roles", EqualRoles = true },
        new() { Name = "nothing said, faults, late", Faults = true, Late = true, Limits = Quick },
        new() { Name = "nothing said, the stayer dials, faults, late", Faults = true, Late = true, StayerDials = true, Limits = Quick },
        new() { Name = "nothing said, idle and ping", Faults = true },
        new() { Name = "nothing said, a slow stayer", Slow = true, SlowSide = 0, Drop = Ms(4), Partials = 1, Limits = QuickCalm },
        new() { Name = "nothing said, a slow leaver", Slow = true, SlowSide = 1, Drop = Ms(4), Partials = 1, Limits = QuickCalm },
        new() { Name = "a message to a slow leaver", Messages = 1, Speaker = 0, Slow = true, SlowSide = 0, Drop = Ms(4), Payload = 2, Limits = QuickCalm },
        new() { Name = "a message to a slow stayer", Messages = 1, Speaker = 1, Slow = true, SlowSide = 1, Drop = Ms(4), Payload = 2, Limits = QuickCalm },
        new() { Name = "an ask answered to a slow leaver", Asks = 1, Speaker = 1, Slow = true, SlowSide = 0, Drop = Ms(4), Payload = 2, Limits = QuickCalm },
        new() { Name = "an ask answered to a slow stayer", Asks = 1, Speaker = 0, Slow = true, SlowSide = 1, Drop = Ms(4), Payload = 2, Limits = QuickCalm },
        new() { Name = "two messages each way, window 1", Messages = 2, Limits = Calm },
        new() { Name = "a message each way, idle and ping", Messages = 1 },
        new() { Name = "a message each way, faults", Messages = 1, Faults = true, Limits = Calm },
        new() { Name = "a message each way, late", Messages = 1, Late = true, Limits = QuickCalm },
        new() { Name = "an ask each way, refusals and cancels", Asks = 1, Cancels = 1, Refuses = true, Limits = Calm },
        new() { Name = "an ask each way, faults and aborts", Asks = 1, Faults = true, Aborts = true, Limits = Calm },
        new() { Name = "an ask each way, refusals, late", Asks = 1, Late = true, Refuses = true, Limits = QuickCalm },
        new() { Name = "an ask from the leaver, the hard limit is the grace", Asks = 1, Speaker = 1, Limits = NoExtension },
        new() { Name = "nested asks both ways, window 1", Asks = 2, Nested = 1, Limits = Calm },
        new() { Name = "an ask and a message each way, window 1, in parts", Messages = 1, Asks = 1, Room = 300, Limits = Calm },
        new() { Name = "an ask and a message each way, the stayer dials", Asks = 1, Messages = 1, StayerDials = true, Limits = Calm },
        new() { Name = "an ask from the leaver, faults, late", Asks = 1, Speaker = 1, Payload = 2, Faults = true, Late = true, Limits = QuickCalm },
        new() { Name = "a message from the stayer, faults, late", Messages = 1, Speaker = 0, Payload = 2, Faults = true, Late = true, Limits = QuickCalm },
        new() { Name = "two asks and two messages from the leaver, refusals and cancels", Asks = 2, Messages = 2, Speaker = 1, Refuses = true, Cancels = 1, Limits = Calm },
    ];
}
