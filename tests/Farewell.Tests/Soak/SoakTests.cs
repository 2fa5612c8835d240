using System.Runtime.Versioning;

namespace Farewell.Tests.Soak;

[SupportedOSPlatform("linux")]
public sealed class SoakTests
{
    [Fact]
    public async Task TwentySeconds_WithKillsLossAndSlowHandlers_LeakNothing_AndTellEverything()
    {
        var result = await SoakRun.RunAsync(TimeSpan.FromSeconds(20), TestContext.Current.SendDiagnosticMessage);
        Check(result);
    }

    internal static void Check(SoakResult result)
    {
        result.DeliveredTwice.ShouldBe(0, result.ToString());
        result.IsWhole.ShouldBeTrue(result.ToString());
        result.OpenSessions.ShouldBe(0);
        result.Answered.ShouldBeGreaterThan(100, result.ToString());
        result.DescriptorsMore.ShouldBeLessThanOrEqualTo(0, result.ToString());
        result.HeapMore.ShouldBeLessThan(4 << 20, result.ToString());
    }
}
