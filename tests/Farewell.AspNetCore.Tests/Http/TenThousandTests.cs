using System.Runtime.Versioning;
using System.Security.Authentication;
using Farewell.Observation;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>Ten thousand requests, and the TIME_WAITs that both kernels then hold.</summary>
[SupportedOSPlatform("linux")]
public sealed class TenThousandTests
{
    private const int Requests = 10_000;
    private const int Idle = 1000;
    private const int Clients = 8;

    [Fact]
    public async Task ConnectionClose_LeavesTheServerNothing()
    {
        using var network = new VethNetwork();
        VethNetwork.Set(network.Client, "net.ipv4.ip_local_port_range", "10000 60999");
        await using var host = await HttpHost.StartAsync(network);
        await RepeatAsync(Requests, async () =>
        {
            using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
            await client.GetAsync(fields: "Connection: close\r\n");
            (await client.ReadResponseAsync()).ShouldStartWith("HTTP/1.1 200");
        });
        (await network.SettledAsync()).Server.ShouldBe(0);
        await Eventually.HoldsAsync(() => host.Endings.Values.Sum() == Requests, () => string.Join(", ", host.Endings));
    }

    [Fact]
    public async Task Http10_LeavesTheServerOneEach()
    {
        using var network = new VethNetwork();
        VethNetwork.Set(network.Server, "net.ipv4.tcp_max_tw_buckets", $"{2 * Requests}");
        await using var host = await HttpHost.StartAsync(network);

        // A port of its own each: the kernel soon comes upon one that the client has done with, and ends the server's TIME_WAIT by using it again.
        var port = 20_000;
        await RepeatAsync(Requests, async () =>
        {
            using var client = await HttpClientSocket.DialAsync(network, host.EndPoint, port: Interlocked.Increment(ref port));
            await client.GetAsync(version: "1.0");
            (await client.ReadToEndAsync()).ShouldBeTrue();
            client.Text.ShouldEndWith("hello, wire\n");
        });
        (await network.SettledAsync()).Client.ShouldBe(0);

        // Begun, and not there now: on a slow machine the first have lasted their minute.
        network.Server.Run(TcpCounters.Read)["TW"].ShouldBe(Requests);
        await Eventually.HoldsAsync(() => host.Endings.GetValueOrDefault("message") == Requests, () => string.Join(", ", host.Endings));
    }

    [Fact]
    public async Task TheKeepAliveLimit_LeavesNobodyAnything()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Kestrel = static kestrel => kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(4) });
        await EndedAsync(network, host, await ServedAsync(network, host));
    }

    [Fact]
    public async Task AStop_LeavesNobodyAnything()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network);
        var clients = await ServedAsync(network, host);
        await Task.Delay(new FarewellHttpOptions().StopSilence);
        await host.StopAsync();
        await EndedAsync(network, host, clients);
    }

    [Theory]
    [InlineData("/ws")]
    [InlineData("/ws-close")]
    public async Task WebSockets_LeaveNobodyAnything(string path)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network);
        await RepeatAsync(Requests / 2, () => WebSocketTests.OneAsync(network, host, path, SslProtocols.None));
        (await network.SettledAsync()).ShouldBe((0, 0));
        await Eventually.HoldsAsync(() => host.Endings.GetValueOrDefault("web-socket") == Requests / 2, () => string.Join(", ", host.Endings));
    }

    /// <summary>Connections on which ten requests each were answered.</summary>
    private static async Task<IReadOnlyCollection<HttpClientSocket>> ServedAsync(VethNetwork network, HttpHost host)
    {
        var clients = new System.Collections.Concurrent.ConcurrentBag<HttpClientSocket>();
        await RepeatAsync(Idle, async () =>
        {
            var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
            clients.Add(client);
            for (var i = 0; i < Requests / Idle; i++)
            {
                await client.GetAsync();
                (await client.ReadResponseAsync()).ShouldStartWith("HTTP/1.1 200");
            }
        });
        return clients;
    }

    private static async Task EndedAsync(VethNetwork network, HttpHost host, IReadOnlyCollection<HttpClientSocket> clients)
    {
        foreach (var client in clients)
        {
            (await client.ReadToEndAsync()).ShouldBeTrue();
            client.Dispose();
        }

        (await network.SettledAsync()).ShouldBe((0, 0));
        await Eventually.HoldsAsync(() => host.Endings.GetValueOrDefault("silent") == Idle, () => string.Join(", ", host.Endings));
    }

    private static Task RepeatAsync(int times, Func<Task> what)
    {
        var left = times;
        return Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await what();
            }
        })));
    }
}
