using System.Diagnostics;

namespace Farewell.Lab.Running;

/// <summary>Bounded waits for what only the kernel knows.</summary>
internal static class Condition
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Looks once a millisecond until <paramref name="holds"/>.</summary>
    /// <exception cref="TimeoutException">It did not hold within thirty seconds; the message says what was awaited.</exception>
    public static async Task UntilAsync(Func<bool> holds, string what, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(started) > Limit)
            {
                throw new TimeoutException($"waited 30 s until {what}");
            }

            await Task.Delay(1, cancellation);
        }
    }
}
