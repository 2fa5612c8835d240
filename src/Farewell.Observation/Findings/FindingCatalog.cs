namespace Farewell.Observation.Findings;

/// <summary>Every finding there is. Each has a page <c>docs/findings/ID.md</c>.</summary>
public static class FindingCatalog
{
    /// <summary>No port is left towards a destination.</summary>
    public const string PortsExhausted = "ports-exhausted";

    /// <summary>The ports towards a destination run out soon.</summary>
    public const string PortsRunningOut = "ports-running-out";

    /// <summary>Each dial walks half of the range in vain.</summary>
    public const string PastTheCliff = "past-the-cliff";

    /// <summary>A client of this host opens and closes connections instead of keeping them.</summary>
    public const string ClientChurn = "client-churn";

    /// <summary>Sockets that bind their port take ports away from everybody.</summary>
    public const string BoundPorts = "bound-ports";

    /// <summary>TIME-WAITs that should be there are not.</summary>
    public const string TimeWaitsMissing = "time-waits-missing";

    /// <summary>The limit of TIME-WAITs is reached or near.</summary>
    public const string TimeWaitOverflow = "time-wait-overflow";

    /// <summary>This host closes connections first that came in.</summary>
    public const string ServerClosesFirst = "server-closes-first";

    /// <summary>A process does not close connections that its peers have closed.</summary>
    public const string CloseWaitLeak = "close-wait-leak";

    /// <summary>Closed connections whose peers do not close.</summary>
    public const string OrphanedFinWait2 = "orphaned-fin-wait-2";

    /// <summary>Several sockets listen on one endpoint.</summary>
    public const string SharedListener = "shared-listener";

    /// <summary>Connection tracking is full or nearly so.</summary>
    public const string ConnectionTrackingFull = "connection-tracking-full";

    /// <summary>Connection tracking keeps ended connections longer than TCP does.</summary>
    public const string NatTimeWait = "nat-time-wait";

    /// <summary><c>tcp_tw_reuse</c> is on and can do nothing.</summary>
    public const string ReuseWithoutTimestamps = "reuse-without-timestamps";

    /// <summary>The limit of TIME-WAITs was lowered.</summary>
    public const string FewTimeWaits = "few-time-waits";

    /// <summary>A length was shortened.</summary>
    public const string ShortenedLengths = "shortened-lengths";

    /// <summary>All of them, the gravest kind first.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        PortsExhausted, PortsRunningOut, PastTheCliff, BoundPorts, ConnectionTrackingFull, TimeWaitOverflow, CloseWaitLeak, ClientChurn, OrphanedFinWait2,
        SharedListener, ReuseWithoutTimestamps, FewTimeWaits, ShortenedLengths, ServerClosesFirst, TimeWaitsMissing, NatTimeWait,
    ];
}
