using Farewell.Lab.Running;
using Farewell.Lab.Strategies;
using Farewell.Tcp.Endings;

namespace Farewell.Tool.Lab;

/// <summary>A strategy's row in words.</summary>
internal static class LabRow
{
    /// <summary>Closed first, how, TIME_WAIT, what the peer saw, what was lost.</summary>
    public static string[] Cells(StrategyResult result) =>
    [
        Counts(result.Outcomes.Select(o => Word(o.ClosedFirst))),
        Counts(result.Outcomes.Select(o => Word(o.How))),
        TimeWaits(result),
        Counts(result.Outcomes.Select(o => Word(o.PeerSaw))),
        Lost(result),
    ];

    /// <summary>The same in a sentence, what says nothing left out.</summary>
    public static string Sentence(StrategyResult result)
    {
        var cells = Cells(result);
        var lost = cells[4] == "-" ? "" : $", lost {cells[4]}";
        return $"closed first: {cells[0]}; {cells[1]}; TIME_WAIT: {(cells[2] == "-" ? "none" : cells[2])}; peer saw: {cells[3]}{lost}";
    }

    private static string Counts(IEnumerable<string> words)
    {
        var groups = words.GroupBy(w => w).OrderByDescending(g => g.Count()).ToList();
        return groups.Count == 1 ? groups[0].Key : string.Join(", ", groups.Select(g => $"{g.Count()} {g.Key}"));
    }

    private static string TimeWaits(StrategyResult result) => (result.TimeWaitAtClient, result.TimeWaitAtServer) switch
    {
        (0, 0) => "-",
        (var client, 0) => $"client {client}",
        (0, var server) => $"server {server}",
        var (client, server) => $"client {client}, server {server}",
    };

    private static string Lost(StrategyResult result) => result.BytesSent > result.BytesRead ? $"{result.BytesSent - result.BytesRead} B" : "-";

    private static string Word(ClosedFirst first) => first switch
    {
        ClosedFirst.Local => "client",
        ClosedFirst.Remote => "server",
        _ => first.ToString().ToLowerInvariant(),
    };

    private static string Word(How how) => how == How.TimedOut ? "timed out" : how.ToString().ToLowerInvariant();

    private static string Word(PeerSaw saw) => saw switch
    {
        PeerSaw.EndOfStream => "end",
        PeerSaw.BrokenPipe => "broken pipe",
        PeerSaw.TimedOut => "time-out",
        _ => saw.ToString().ToLowerInvariant(),
    };
}
