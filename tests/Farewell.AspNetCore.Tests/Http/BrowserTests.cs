using System.Globalization;
using System.Runtime.Versioning;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>A browser's WebSockets: held back, the server's FIN makes them unclean, or clean only after the 2 s for which Chromium waits.</summary>
[SupportedOSPlatform("linux")]
public sealed class BrowserTests
{
    private const double ChromiumsLimit = 2000;

    [Fact]
    public async Task EveryWebSocket_ClosesClean_WithoutChromiumsLimit_AndTheServerHoldsNothing()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Farewell = static options => options.Grace = TimeSpan.FromMinutes(1) });
        var (token, profile) = (Guid.NewGuid().ToString("N"), Directory.CreateTempSubdirectory("farewell-chromium-"));
        var reported = TestApplication.Reports[token] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string[] closings;
        using (Tool.Start(network, "chromium", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--no-proxy-server", $"--user-data-dir={profile.FullName}", $"http://{host.EndPoint}/page?token={token}"))
        {
            closings = (await reported.Task.WaitAsync(TimeSpan.FromMinutes(2))).Split(';');
        }

        profile.Delete(recursive: true);
        closings.Length.ShouldBe(6);
        closings.ShouldAllBe(closing => closing.Contains(" true 1000 ", StringComparison.Ordinal));
        foreach (var side in closings.GroupBy(static closing => closing.Split(' ')[0]))
        {
            side.Min(static closing => double.Parse(closing.Split(' ')[3], CultureInfo.InvariantCulture)).ShouldBeLessThan(ChromiumsLimit, string.Join("; ", closings));
        }

        TestContext.Current.SendDiagnosticMessage(string.Join("; ", closings));
        (await network.SettledAsync()).Server.ShouldBe(0);
        await Eventually.HoldsAsync(() => host.Endings.GetValueOrDefault("web-socket") == closings.Length, () => string.Join(", ", host.Endings));
    }
}
