namespace Farewell.Concurrency.Scenarios;

/// <summary>What happens at the same time.</summary>
internal static class Catalogue
{
    /// <summary>Fields that are touched without a lock by design, and why that does no harm.</summary>
    private static readonly HashSet<string> ReadUnlocked =
    [
        // A buffer kept for the next turn: of two turns at a time one keeps its own, and either does.
        "DeadlineWheel._spare",
    ];

    public static IReadOnlyList<Scenario> All { get; } =
        [.. Talks.All.Concat(Endings.All).Concat(Handlers.All).Concat(Servers.All).Concat(Proxies.All).Concat(Protocols.All).Concat(Ciphers.All).Concat(Loops.OfTransports).SelectMany(Carried.ByBoth).Concat(Loops.All).Concat(Wheels.All).Select(scenario => scenario with { ReadUnlocked = ReadUnlocked })];
}
