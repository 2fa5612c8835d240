using System.Runtime.Versioning;
using Farewell.Testing;

namespace Farewell.Tests.Soak;

[SupportedOSPlatform("linux")]
public sealed class SoakTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task AShortSoak_WithKillsLossAndSlowPeers_LeaksNothing_AndTellsEverything()
    {
        Require.Root();
        using var soak = ChildProcess.Start(Child.Soak, "0.3");
        var said = await soak.OutcomeAsync(Limit);
        SoakResult.Parse(said.TrimEnd().Split('\n')[^1]).Check();
    }
}
