namespace Farewell.Observation.Tests;

/// <summary>Waits, within bounds, for what another thread or the kernel is about to do.</summary>
internal static class Eventually
{
    public static void Holds(Func<bool> condition, Func<string> what)
    {
        if (!SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(15)))
        {
            Assert.Fail($"Not within 15 s: {what()}");
        }
    }
}
