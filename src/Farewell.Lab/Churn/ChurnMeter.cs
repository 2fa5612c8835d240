using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Farewell.Lab.Churn;

/// <summary>Counts what the workers of a churn run report.</summary>
internal sealed class ChurnMeter(int ports)
{
    private readonly ConcurrentDictionary<SocketError, int> _errors = new();
    private readonly ConcurrentBag<(int Tenth, double Micros)> _filling = [];
    private ConcurrentBag<double> _micros = [];
    private int _ok;
    private int _failed;
    private int _connected;

    public IReadOnlyDictionary<string, int> Errors => _errors.ToDictionary(e => e.Key.ToString(), e => e.Value);

    public IReadOnlyList<ChurnTenth> Filling =>
        [.. _filling.GroupBy(f => f.Tenth).OrderBy(g => g.Key).Select(g => new ChurnTenth(g.Key * 10, Math.Round(Median(g.Select(f => f.Micros)) ?? 0, 1)))];

    public void Connected(TimeSpan took)
    {
        var before = Interlocked.Increment(ref _connected) - 1;
        if (before < ports)
        {
            _filling.Add((before * 10 / ports, took.TotalMicroseconds));
        }

        _micros.Add(took.TotalMicroseconds);
    }

    public void Done() => Interlocked.Increment(ref _ok);

    public void Failed(SocketError error, TimeSpan took)
    {
        Interlocked.Increment(ref _failed);
        _micros.Add(took.TotalMicroseconds);
        _errors.AddOrUpdate(error, 1, (_, count) => count + 1);
    }

    /// <summary>The counts since the last call.</summary>
    public ChurnSecond Take(int second, int timeWait)
    {
        var micros = Interlocked.Exchange(ref _micros, []);
        return new ChurnSecond(
            second, Interlocked.Exchange(ref _ok, 0), Interlocked.Exchange(ref _failed, 0), timeWait,
            Median(micros) is { } median ? Math.Round(median, 1) : null);
    }

    private static double? Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : sorted[sorted.Length / 2];
    }
}
