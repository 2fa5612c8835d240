using System.Diagnostics;

namespace Farewell.Tests;

/// <summary>Waits, within bounds, for what another thread or the kernel is about to do.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static void Holds(Func<bool> condition, Func<string> what)
    {
        if (!SpinWait.SpinUntil(condition, Limit))
        {
            Assert.Fail($"Not within {Limit.TotalSeconds} s: {what()}");
        }
    }

    /// <param name="condition">What is to hold.</param>
    /// <param name="what">That in words.</param>
    /// <param name="within">Null for the usual limit; longer for what keeps a machine busy.</param>
    public static async Task HoldsAsync(Func<bool> condition, Func<string> what, TimeSpan? within = null)
    {
        var limit = within ?? Limit;
        for (var started = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(1))
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                Assert.Fail($"Not within {limit.TotalSeconds} s: {what()}");
            }
        }
    }
}
