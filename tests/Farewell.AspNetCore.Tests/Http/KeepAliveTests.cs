using System.Runtime.Versioning;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>What the announcement of the keep-alive limit is for: HttpClient's pool leaves before the server would end the connection.</summary>
[SupportedOSPlatform("linux")]
public sealed class KeepAliveTests
{
    // Announced as 10 s. The pool looks at its idle connections every 6 s, a quarter of its own limit, which is longer than the server's: by itself it would stay.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan OfThePool = TimeSpan.FromSeconds(24);

    [Fact]
    public async Task HttpClientsPool_LeavesFirst_WhereTheLimitIsAnnounced_AndNotOtherwise()
    {
        var endings = await Task.WhenAll(EndingAsync(announces: true), EndingAsync(announces: false));
        endings.ShouldBe([("left", 0), ("silent", 0)]);
    }

    private static async Task<(string Reason, int ServersTimeWaits)> EndingAsync(bool announces)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Farewell = options => options.AnnounceKeepAlive = announces,
            Kestrel = static kestrel => kestrel.Limits.KeepAliveTimeout = Limit,
        });
        using var client = NetworkClient.Create(network, host, new Version(1, 1), static handler => handler.PooledConnectionIdleTimeout = OfThePool);
        (await client.GetByteArrayAsync(NetworkClient.UriOf(host))).ShouldBe(TestApplication.Hello);
        await Eventually.HoldsAsync(() => host.Endings.Values.Sum() == 1, () => string.Join(", ", host.Endings));
        return (host.Endings.Keys.Single(), (await network.SettledAsync()).Server);
    }
}
