using System.Runtime.Versioning;
using Farewell.Departures;
using Farewell.Http;
using Farewell.Observation;
using Farewell.Sockets;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.HttpClients;

/// <summary>
/// Every way in which HttpClient lets a connection go, in every version of HTTP and TLS, against Kestrel as it comes: how the connections end, by what they report and by both kernels.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class LettingGoTests : IDisposable
{
    private const int Requests = 6;
    private static readonly Departure[] Departures = [Departure.Fin, Departure.UnheldFin, Departure.Reset];

    private readonly HttpWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public Task Disposed_WhileIdle(string name) => ForEachDepartureAsync(name, Permits.All, async (wire, host, handler) =>
    {
        using var client = new HttpClient(handler);
        await HttpWorld.AskAsync(client, wire, host, Requests);
    });

    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task IdleForTooLong(string name)
    {
        // All departures at once: the pool looks for what is idle once a second.
        var wire = Wire.Named(name);
        await using var host = await HttpHost.StartAsync(_world.Network, wire);
        var clients = Departures.Select(departure =>
        {
            var handler = _world.Handler(wire, departure);
            handler.PooledConnectionIdleTimeout = TimeSpan.FromMilliseconds(100);
            return new HttpClient(handler);
        }).ToList();
        await Task.WhenAll(clients.Select(client => HttpWorld.AskAsync(client, wire, host, Requests)));
        await EndedAsync();
        _world.Ended.Select(ended => (ended.Departure, ended.End.Kind)).Distinct().ShouldBe(
            Departures.Select(departure => ((Departure?)departure, KindOf(departure))), ignoreOrder: true, "before any client is disposed");
        await _world.TimeWaitsAreAsync(() => (_world.Ended.Count(ended => ended.Departure == Departure.Fin), 0));
        clients.ForEach(client => client.Dispose());
    }

    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public Task OlderThanTheirLifetime(string name) => ForEachDepartureAsync(name, Permits.All, async (wire, host, handler) =>
    {
        // Every request finds the connection of the one before too old. (Zero leaves connections of HTTP/2 open for good, with a plain handler, too.)
        handler.PooledConnectionLifetime = TimeSpan.FromMilliseconds(20);
        using var client = new HttpClient(handler);
        for (var i = 0; i < 3; i++)
        {
            await HttpWorld.AskAsync(client, wire, host, 1);
            await Task.Delay(2 * handler.PooledConnectionLifetime);
        }
    });

    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public Task ARequestWithoutABody_GivenUpUnanswered(string name) => ForEachDepartureAsync(name, Permits.All, async (wire, host, handler) =>
    {
        using var client = new HttpClient(handler);
        using var cancel = new CancellationTokenSource();
        var asks = Enumerable.Range(0, Requests).Select(_ => client.SendAsync(HttpWorld.Request(wire, host, "/wait"), cancel.Token)).ToArray();
        await Eventually.HoldsAsync(() => host.Waiting == Requests, () => "all requests have come");
        await _world.AcknowledgedAsync();
        await cancel.CancelAsync();
        foreach (var ask in asks)
        {
            await Should.ThrowAsync<OperationCanceledException>(ask);
        }

        await Eventually.HoldsAsync(() => host.Waiting == 0, () => "the server knows");
    });

    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public Task ARequestWithABody_GivenUpUnanswered_IsNeverCutOff(string name)
    {
        var wire = Wire.Named(name);

        // HTTP/2 takes a request back by a frame of its own, and its connection is idle again.
        return ForEachDepartureAsync(name, wire.Http == 1 ? Permits.FinOnly : Permits.All, async (wire, host, handler) =>
        {
            using var client = new HttpClient(handler);
            using var cancel = new CancellationTokenSource();
            var received = host.Received;
            var asks = Enumerable.Range(0, Requests)
                .Select(_ => client.SendAsync(HttpWorld.Request(wire, host, "/swallow", new ByteArrayContent(new byte[50_000])), cancel.Token)).ToArray();
            await Eventually.HoldsAsync(() => host.Waiting == Requests, () => "all requests have come");
            host.Received.ShouldBe(received + (Requests * 50_000));
            await _world.AcknowledgedAsync();
            await cancel.CancelAsync();
            foreach (var ask in asks)
            {
                await Should.ThrowAsync<OperationCanceledException>(ask);
            }

            await Eventually.HoldsAsync(() => host.Waiting == 0, () => "the server knows");
        });
    }

    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task AnAnswerLeftUnread(string name)
    {
        var wire = Wire.Named(name);
        await using var host = await HttpHost.StartAsync(_world.Network, wire);
        foreach (var departure in Departures)
        {
            using (var client = new HttpClient(_world.Handler(wire, departure)))
            {
                await Task.WhenAll(Enumerable.Range(0, Requests).Select(async _ =>
                {
                    using var answer = await client.SendAsync(HttpWorld.Request(wire, host, "/large"), HttpCompletionOption.ResponseHeadersRead);
                    answer.EnsureSuccessStatusCode();
                }));
            }

            await EndedAsync();
        }

        // An RST or a FIN with an RST behind it, where the server still sends; in HTTP/2 it was told to stop, and the connection was idle.
        var (client0, server) = await _world.Network.SettledAsync();
        server.ShouldBe(0);
        client0.ShouldBeLessThanOrEqualTo(wire.Http == 1 ? Requests : 1);
    }

    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task TheServerEndsFirst(string name)
    {
        var wire = Wire.Named(name);
        foreach (var departure in Departures)
        {
            await using var host = await HttpHost.StartAsync(_world.Network, wire);
            using var client = new HttpClient(_world.Handler(wire, departure));
            await HttpWorld.AskAsync(client, wire, host, Requests);
            await host.StopAsync();

            // In HTTP/1.1 only a FIN tells, which the pool sees at its next look; in HTTP/2 there was a GOAWAY, and the client may be first.
            await Eventually.HoldsAsync(() => Established == 0, () => "the server has ended its connections");
        }

        await EndedAsync();
        if (wire.Http == 1)
        {
            _world.Ended.ShouldAllBe(ended => ended.End.Kind == SocketEndKind.Passive && ended.Departure == null && (ended.Use == HttpUse.Idle || ended.Use == HttpUse.Unused));
            await _world.TimeWaitsAreAsync(() => (0, _world.Ended.Count));
        }
    }

    [Theory]
    [InlineData("http/1.1")]
    [InlineData("http/1.1 over TLS 1.2")]
    [InlineData("http/1.1 over TLS 1.3")]
    public async Task TheServerSaysConnectionClose(string name)
    {
        var wire = Wire.Named(name);
        await using var host = await HttpHost.StartAsync(_world.Network, wire);
        foreach (var departure in Departures)
        {
            using var client = new HttpClient(_world.Handler(wire, departure));
            await HttpWorld.AskAsync(client, wire, host, Requests, "/close");
        }

        await EndedAsync();
        _world.Ended.Count.ShouldBe(Requests * Departures.Length);

        // Both end at once, and whoever is first is a race; where the client is, it holds none but by its FINs.
        var (client0, server) = await _world.Network.SettledAsync();
        client0.ShouldBeLessThanOrEqualTo(Requests);
        (client0 + server).ShouldBeLessThanOrEqualTo(Requests * Departures.Length);
        _world.Ended.ShouldAllBe(ended => ended.Use == HttpUse.Idle && !ended.End.IsForced);
    }

    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task BodiesAreWhole(string name)
    {
        var wire = Wire.Named(name);
        await using var host = await HttpHost.StartAsync(_world.Network, wire);
        using var client = new HttpClient(_world.Handler(wire, Departure.UnheldFin));
        using var large = await client.SendAsync(HttpWorld.Request(wire, host, "/large"));
        var octets = await large.Content.ReadAsByteArrayAsync();
        octets.Length.ShouldBe(HttpHost.LargeSize);
        Enumerable.Range(0, octets.Length).ShouldAllBe(at => octets[at] == HttpHost.Octet(at));
        using var echo = await client.SendAsync(HttpWorld.Request(wire, host, "/", new ByteArrayContent(octets)));
        (await echo.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(octets).ShouldBeTrue();
    }

    private enum Permits
    {
        All,
        FinOnly,
    }

    private int Established => _world.Network.ClientTable.Count(new ConnectionFilter(TcpStates.Established));

    private async Task ForEachDepartureAsync(string name, Permits permits, Func<Wire, HttpHost, SocketsHttpHandler, Task> letGo)
    {
        var wire = Wire.Named(name);
        await using var host = await HttpHost.StartAsync(_world.Network, wire);
        foreach (var departure in Departures)
        {
            var before = _world.Ended.Count;
            await letGo(wire, host, _world.Handler(wire, departure));
            await EndedAsync();
            var expected = KindOf(permits == Permits.FinOnly ? Departure.Fin : departure);

            // A dial that HttpClient began and did not need may be done, and let go, only when the next departure is tried.
            var used = _world.Ended.Skip(before).Where(ended => ended.Use != HttpUse.Unused).ToList();
            used.ShouldNotBeEmpty();
            used.ShouldAllBe(ended => ended.End.Kind == expected);
            await _world.TimeWaitsAreAsync(() => (_world.Ended.Count(ended => ended.End.Kind == SocketEndKind.Orderly), 0));
        }
    }

    private static SocketEndKind KindOf(Departure departure) => departure switch
    {
        Departure.Fin => SocketEndKind.Orderly,
        Departure.UnheldFin => SocketEndKind.UnheldFin,
        _ => SocketEndKind.Reset,
    };

    /// <summary>Until no connection of the client's is left, and all have told.</summary>
    private async Task EndedAsync()
    {
        await Eventually.HoldsAsync(() => Established == 0, () => "no connection is left");
        using var limit = new CancellationTokenSource(Eventually.Limit);
        await HttpEndings.WhenOverAsync(limit.Token);
    }
}
