using System.Collections.Concurrent;
using Farewell.Lab.Networks;
using Farewell.Lab.Strategies;

namespace Farewell.Lab.Running;

/// <summary>What a run of the lab is to do.</summary>
/// <param name="Strategies">Which strategies.</param>
/// <param name="Connections">How many connections each ends, at least 1.</param>
/// <param name="CaptureFolder">Where to write each strategy's packets; null for nowhere. The folder must exist.</param>
public sealed record LabOptions(IReadOnlyList<Strategy> Strategies, int Connections = 20, string? CaptureFolder = null);

/// <summary>Runs strategies, a few beside each other: each has a port and witnesses of its own.</summary>
public static class LabRun
{
    private const int Beside = 4;

    /// <summary>Runs them all.</summary>
    /// <param name="network">Where.</param>
    /// <param name="options">What.</param>
    /// <param name="done">Told of each strategy as it is done, possibly from several threads at once.</param>
    /// <param name="cancellation">Ends the run; what it opened is closed.</param>
    /// <returns>The results in the order of <see cref="LabOptions.Strategies"/>.</returns>
    public static async Task<IReadOnlyList<StrategyResult>> RunAsync(
        ILabNetwork network, LabOptions options, Action<StrategyResult>? done, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        var results = new ConcurrentDictionary<Strategy, StrategyResult>();

        async ValueTask RunOne(Strategy strategy, CancellationToken token)
        {
            var result = await StrategyRun.RunAsync(strategy, network, options.Connections, options.CaptureFolder, token);
            results[strategy] = result;
            done?.Invoke(result);
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Beside, CancellationToken = cancellation };
        var together = options.Strategies.Where(s => !s.About.RunsAlone).OrderByDescending(s => s.About.IsSlow);
        await Parallel.ForEachAsync(Partitioner.Create(together, EnumerablePartitionerOptions.NoBuffering).GetDynamicPartitions(), parallel, RunOne);
        foreach (var strategy in options.Strategies.Where(s => s.About.RunsAlone))
        {
            await RunOne(strategy, cancellation);
        }

        return [.. options.Strategies.Select(s => results[s])];
    }
}
