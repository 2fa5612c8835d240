using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>HTTP/1 without TLS: who is left with TIME_WAITs, by both kernels, and what the client's socket saw.</summary>
[SupportedOSPlatform("linux")]
public sealed class PlainHttpTests
{
    private const int Count = 25;

    private static readonly TimeSpan ShortGrace = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200")]
    [InlineData("GET /chunked HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200")]
    [InlineData("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "400")]
    [InlineData("NONSENSE\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Le", "408")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n", "400")]
    public async Task AClientThatIsTold_LeavesFirst(string request, string status)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Kestrel = static kestrel => kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1),
        });
        await AllAsync(async () =>
        {
            using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
            await client.SayAsync(request);
            await client.ReadUntilAsync("Connection: close");
            await client.ReadUntilAsync(request.Contains("chunked", StringComparison.Ordinal) ? "0\r\n\r\n" : status == "200" ? "wire\n" : "\r\n\r\n");
            client.Text.ShouldContain($"HTTP/1.1 {status}");
        });
        var (clientHolds, serverHolds) = await network.SettledAsync();
        serverHolds.ShouldBe(0);

        // A quick client may leave before the server has come to wait for it; before the request is wholly over Kestrel resets it.
        await Eventually.HoldsAsync(() => host.Endings.Values.Sum() == Count, () => string.Join(", ", host.Endings));
        host.Endings.Keys.ShouldBeSubsetOf(["told", "left", "aborted"]);
        clientHolds.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET /chunked HTTP/1.0\r\nHost: a\r\n\r\n")]
    [InlineData("GET /no-framing HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /cut HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /short HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")]
    public async Task WhereTheEndIsAMessage_ItComesAtOnce_AndTheServerHoldsIt(string request)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Farewell = static options => options.Grace = TimeSpan.FromMinutes(1) });
        await AllAsync(async () =>
        {
            using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
            await client.SayAsync(request);
            (await client.ReadToEndAsync()).ShouldBeTrue();
            client.Text.ShouldContain("hello, wire");
        });
        (await network.SettledAsync()).ShouldBe((0, Count));
        await CountedAsync(host, "message");
    }

    [Fact]
    public async Task AnIdleConnection_IsEndedByTheKeepAliveLimit_WithoutATimeWait()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Kestrel = static kestrel => kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1) });
        await AllAsync(async () =>
        {
            using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
            await client.GetAsync();
            await client.ReadResponseAsync();
            (await client.ReadToEndAsync()).ShouldBeTrue();
        });
        (await network.SettledAsync()).ShouldBe((0, 0));
        await CountedAsync(host, "silent");
    }

    [Fact]
    public async Task AClientThatSpokeJustBeforeAStop_GetsAFin()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Farewell = static options => options.StopSilence = TimeSpan.FromMinutes(1) });
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await client.GetAsync();
        await client.ReadResponseAsync();
        await host.StopAsync();
        (await client.ReadToEndAsync()).ShouldBeTrue();
        client.Dispose();
        (await network.SettledAsync()).ShouldBe((0, 1));
        await CountedAsync(host, "untold", 1);
    }

    [Fact]
    public async Task AStopWithPatience_AnswersWhoStillAsks_WithConnectionClose()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Farewell = static options => (options.StopSilence, options.StopPatience) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)),
        });
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await client.GetAsync();
        await client.ReadResponseAsync();
        var stop = host.StopAsync();
        string response;
        do
        {
            // Until Kestrel has noted the stop it says nothing of it.
            await client.GetAsync();
            response = await client.ReadResponseAsync();
        }
        while (!response.Contains("Connection: close", StringComparison.Ordinal));
        client.Dispose();
        await stop.WaitAsync(Eventually.Limit);
        (await network.SettledAsync()).Server.ShouldBe(0);
        await Eventually.HoldsAsync(() => host.Endings.Values.Sum() == 1, () => string.Join(", ", host.Endings));
        host.Endings.Keys.ShouldBeSubsetOf(["told", "left", "aborted"]);
    }

    [Theory]
    [InlineData(HttpServerEnding.Fin, 1, true)]
    [InlineData(HttpServerEnding.UnheldFin, 0, true)]
    [InlineData(HttpServerEnding.Reset, 0, false)]
    public async Task WhoIsToldAndStays_IsEndedWhenTheGraceIsOver(HttpServerEnding ending, int timeWaits, bool orderly)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Farewell = options => (options.Grace, options.AfterGrace) = (ShortGrace, ending) });
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await client.GetAsync(fields: "Connection: close\r\n");
        (await client.ReadToEndAsync()).ShouldBe(orderly);
        client.Text.ShouldEndWith("hello, wire\n");
        client.Dispose();
        (await network.SettledAsync()).ShouldBe((0, timeWaits));
        await CountedAsync(host, "grace-expired", 1);
        host.Log.All.ShouldContain(line => line.StartsWith("Information: Connection ", StringComparison.Ordinal) && line.Contains("did not end as it should: GraceExpired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnUploadThatIsRefused_IsReadToItsEnd_SoThatTheClientGetsTheAnswer()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network);
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await client.SayAsync("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
        await client.Socket.SendAsync(new byte[3_000_000]);
        (await client.ReadResponseAsync()).ShouldStartWith("HTTP/1.1 413");
        client.Dispose();
        (await network.SettledAsync()).Server.ShouldBe(0);
    }

    [Fact]
    public async Task WhoIsToldAndGoesOnSending_GetsAFin_WhenThatIsMoreThanIsDiscarded()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Farewell = static options => (options.Grace, options.DiscardLimit) = (TimeSpan.FromMinutes(1), 1000) });
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await client.GetAsync(fields: "Connection: close\r\n");
        await client.ReadResponseAsync();
        await client.Socket.SendAsync(new byte[100_000]);
        (await client.ReadToEndAsync()).ShouldBeTrue();
        client.Dispose();
        (await network.SettledAsync()).ShouldBe((0, 1));
        await CountedAsync(host, "discard-limit", 1);
    }

    [Fact]
    public async Task WhereTooManyLinger_AFinEndsTheNextAtOnce()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Farewell = static options => (options.Grace, options.MaxLingering) = (TimeSpan.FromMinutes(1), 1) });
        using var lingering = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await lingering.GetAsync(fields: "Connection: close\r\n");
        await lingering.ReadResponseAsync();
        await Eventually.HoldsAsync(() => host.Meters["farewell.http.lingering"] == 1, () => string.Join(' ', host.Meters.Sums.Keys));
        using var crowded = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await crowded.GetAsync(fields: "Connection: close\r\n");
        (await crowded.ReadToEndAsync()).ShouldBeTrue();
        crowded.Text.ShouldEndWith("hello, wire\n");
        lingering.Dispose();
        crowded.Dispose();
        (await network.SettledAsync()).ShouldBe((1, 1));
        await CountedAsync(host, "crowded", 1);
    }

    [Fact]
    public async Task ARejectedConnection_EndsAtOnce_AndNothingLingers()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Kestrel = static kestrel => kestrel.Limits.MaxConcurrentConnections = 1,
            Farewell = static options => options.Grace = TimeSpan.FromMinutes(1),
        });
        using var first = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await first.GetAsync();
        await first.ReadResponseAsync();
        await AllAsync(async () =>
        {
            try
            {
                using var rejected = await HttpClientSocket.DialAsync(network, host.EndPoint);
                await rejected.ReadToEndAsync();
                rejected.Octets.Length.ShouldBe(0);
            }
            catch (SocketException over) when (over.SocketErrorCode == SocketError.Shutdown)
            {
                // Connected and ended before the client had looked.
            }
        });
        await CountedAsync(host, "rejected");
        await first.GetAsync(fields: "Connection: close\r\n");
        await first.ReadResponseAsync();

        // The request is over and so is its slot, though the first client has not left yet.
        using var second = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await second.GetAsync(fields: "Connection: close\r\n");
        (await second.ReadResponseAsync()).ShouldStartWith("HTTP/1.1 200");
        first.Dispose();
        second.Dispose();
        (await network.SettledAsync()).Server.ShouldBe(0);
    }

    [Fact]
    public async Task AnAbort_IsAResetAsEver()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network);
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await client.GetAsync("/abort");
        (await client.ReadToEndAsync()).ShouldBeFalse();
        (await network.SettledAsync()).ShouldBe((0, 0));
        await CountedAsync(host, "aborted", 1);
    }

    [Fact]
    public async Task AStop_IsNotDelayedByAGrace()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Farewell = static options => options.Grace = TimeSpan.FromMinutes(10) });
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await client.GetAsync(fields: "Connection: close\r\n");
        await client.ReadResponseAsync();
        await Eventually.HoldsAsync(() => host.Meters["farewell.http.lingering"] == 1, () => string.Join(' ', host.Meters.Sums.Keys));

        // To Kestrel the connection is over, and its duration says how it is going to end.
        host.Meters.Sums.Where(static sum => sum.Key.StartsWith("kestrel.connection.duration{", StringComparison.Ordinal))
            .ShouldHaveSingleItem().Key.ShouldContain("farewell.ending=told");
        host.Meters.Sums.Where(static sum => sum.Key.StartsWith("kestrel.active_connections{", StringComparison.Ordinal)).Sum(static sum => sum.Value).ShouldBe(0);
        await host.StopAsync().WaitAsync(Eventually.Limit);
        client.Dispose();
        (await network.SettledAsync()).ShouldBe((1, 0));
    }

    private static Task AllAsync(Func<Task> call) => Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(call)));

    private static Task CountedAsync(HttpHost host, string reason, int count = Count) =>
        Eventually.HoldsAsync(() => host.Endings.GetValueOrDefault(reason) == count, () => string.Join(", ", host.Endings));
}
