using System.Diagnostics;

namespace Farewell.Tests;

/// <summary>Waits, within bounds, for what another thread or the kernel is about to do.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static void Holds(Func<bool> condition, Func<string> what)
    {
        if (!SpinWait.SpinUntil(condition, Limit))
        {
            Assert.Fail($"Not within {Limit.TotalSeconds} s: {what()}");
        }
    }

    public static async Task HoldsAsync(Func<bool> condition, Func<string> what)
    {
        for (var started = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(1))
        {
            if (Stopwatch.GetElapsedTime(started) > Limit)
            {
                Assert.Fail($"Not within {Limit.TotalSeconds} s: {what()}");
            }
        }
    }
}
