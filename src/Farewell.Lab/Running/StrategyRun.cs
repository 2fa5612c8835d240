using System.Diagnostics;
using Farewell.Lab.Networks;
using Farewell.Lab.Strategies;
using Farewell.Lab.Witnesses;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Running;

/// <summary>Runs one strategy before its witnesses and sums up what they say.</summary>
internal static class StrategyRun
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<StrategyResult> RunAsync(
        Strategy strategy, ILabNetwork network, int connections, string? captureFolder, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        using var stand = new WitnessStand(network, strategy.Name, captureFolder);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(Limit);
        await using var arena = new Arena(network, connections, stand.WatchAsync, limited.Token);
        if (strategy.WhyNot(arena) is { } reason)
        {
            return new StrategyResult { Strategy = strategy, Skipped = reason };
        }

        try
        {
            await strategy.RunAsync(arena);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            await limited.CancelAsync();
            return new StrategyResult
            {
                Strategy = strategy,
                Unexpected = [$"it failed: {(failure is OperationCanceledException ? "not done within 60 s" : failure.Message)}"],
                Duration = Stopwatch.GetElapsedTime(started),
            };
        }

        var findings = await stand.HearAsync(arena, cancellation);
        return SumUp(strategy, arena, stand, findings) with { Duration = Stopwatch.GetElapsedTime(started) };
    }

    private static StrategyResult SumUp(Strategy strategy, Arena arena, WitnessStand stand, IReadOnlyList<ConnectionFindings> findings)
    {
        var noted = arena.Connections;
        var peers = noted.Select(c => strategy.About.Ender == EndingSide.Server ? c.Client : c.Server).ToList();
        var enders = noted.Select(c => strategy.About.Ender == EndingSide.Server ? c.Server : c.Client).ToList();

        // What was lost can be told only where both counts are known, and not where Kestrel or HttpClient holds one of the sockets.
        var counted = noted.Zip(enders, peers).Where(c => c.Third is not null && (c.Second is not null || c.First.SentElsewhere > 0)).ToList();
        List<Outcome> outcomes = [.. findings.Select(f => new Outcome(
            f.Combined.ClosedFirst,
            f.Combined.How,
            f.Combined.TimeWait.Cut == TimeWaitCut.None ? f.Combined.TimeWait.Holder : TimeWaitHolder.None,
            f.Noted?.SawOf(strategy.About.Ender == EndingSide.Server ? EndingSide.Client : EndingSide.Server) ?? PeerSaw.Unknown))];
        var tables = findings.SelectMany(f => f.Testimonies).ToLookup(t => t.Witness);

        return new StrategyResult
        {
            Strategy = strategy,
            Outcomes = outcomes,
            TimeWaitAtClient = tables[WitnessName.TableOfClient].Count(t => t.Ending.TimeWait.Holder != TimeWaitHolder.None && Held(t)),
            TimeWaitAtServer = tables[WitnessName.TableOfServer].Count(t => t.Ending.TimeWait.Holder != TimeWaitHolder.None && Held(t)),
            BytesSent = counted.Sum(c => (c.Second?.Sent ?? 0) + c.First.SentElsewhere),
            BytesRead = counted.Sum(c => c.Third!.Read),
            Segments = stand.FirstConnection(),
            PacketsMissing = stand.PacketsMissing,
            Witnesses = [.. WitnessName.All.Where(name => tables[name].Any())],
            Differences = [.. findings.SelectMany(Disagreement.Among).GroupBy(d => d with { Explanation = Pattern(d.Explanation) })
                .Select(g => (g.First(), g.Count()))],
            Unexpected = [.. Unexpected(strategy, arena, stand, outcomes)],
        };

        static bool Held(Testimony t) => t.Ending.Evidence.Any(e => e.State == Tcp.TcpState.TimeWait);
    }

    /// <summary>Explanations name sequence numbers, which differ between connections; for counting, only their kind matters.</summary>
    private static string? Pattern(string? explanation) => explanation is null ? null : new([.. explanation.Where(c => !char.IsDigit(c))]);

    private static IEnumerable<string> Unexpected(Strategy strategy, Arena arena, WitnessStand stand, List<Outcome> outcomes)
    {
        foreach (var group in outcomes.Where(o => !strategy.About.Expected.Any(e => Fits(e, o, stand.HasPackets))).GroupBy(o => o))
        {
            yield return $"{group.Count()} of {outcomes.Count}: {group.Key}";
        }

        if (outcomes.Count != arena.ConnectionCount)
        {
            yield return $"{outcomes.Count} connections were seen instead of {arena.ConnectionCount}";
        }

        if (!stand.Settled)
        {
            yield return "connections were still on their way after 15 s";
        }

        if (stand.Dropped > 0)
        {
            yield return $"{stand.Dropped} packets were not captured";
        }
    }

    /// <summary>Without packets some fields stay unknown, and an outcome fits when nothing known in it differs.</summary>
    private static bool Fits(Outcome expected, Outcome shown, bool packets) => packets
        ? shown == expected
        : (shown.ClosedFirst == expected.ClosedFirst || shown.ClosedFirst == ClosedFirst.Unknown)
            && (shown.How == expected.How || shown.How is How.Unknown or How.Orderly)
            && (shown.TimeWait == expected.TimeWait || shown.TimeWait == TimeWaitHolder.Unknown)
            && shown.PeerSaw == expected.PeerSaw;
}
