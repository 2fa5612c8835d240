namespace Farewell.Observation.Recording;

/// <summary>The counters that a recording keeps: those that tell how connections begin and end.</summary>
internal static class RecordedCounters
{
    public static readonly string[] Names =
    [
        "ActiveOpens", "PassiveOpens", "AttemptFails", "EstabResets", "CurrEstab", "OutRsts", "TW", "TWRecycled", "TWKilled", "PAWSEstab", "PAWSTimewait",
        "TCPTimeWaitOverflow", "TCPAbortOnData", "TCPAbortOnClose", "TCPAbortOnMemory", "TCPAbortOnTimeout", "TCPAbortOnLinger", "TCPAbortFailed",
        "TCPTimeouts", "TCPChallengeACK", "TCPSYNChallenge", "TCPACKSkippedTimeWait", "TCPACKSkippedFinWait2", "ListenOverflows", "ListenDrops",
    ];
}
