using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Departures;
using Farewell.Http;
using Farewell.Observation;
using Farewell.Sockets;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.HttpClients;

/// <summary>Handlers in the client's namespace, what their connections reported, and what both kernels say.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HttpWorld : IDisposable
{
    private readonly DepartureChooser _chooser = new(new() { Budget = new(60_000, "stated by the test") });

    public VethNetwork Network { get; } = new();

    public ConcurrentQueue<HttpEnding> Ended { get; } = [];

    public SocketsHttpHandler Handler(Wire wire, Departure departure, Action<HttpFarewellOptions>? configure = null)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = wire.Client,
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = Network.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return handler.UseFarewell(options =>
        {
            options.Departure = departure;
            options.Departures = _chooser;
            options.Drain = DrainLimit.Default with { Time = Eventually.Limit };
            options.OnEnded = Ended.Enqueue;
            configure?.Invoke(options);
        });
    }

    /// <summary>An invoker: unlike a client it has no time-out and leaves answers unread.</summary>
    public static HttpRequestMessage Request(Wire wire, HttpHost host, string path, HttpContent? body = null) =>
        new(body is null ? HttpMethod.Get : HttpMethod.Post, $"{wire.Scheme}://{host.EndPoint}{path}")
        {
            Version = wire.Version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };

    /// <summary>Asks so many times at once, which in HTTP/1.1 takes as many connections.</summary>
    public static Task AskAsync(HttpClient client, Wire wire, HttpHost host, int count, string path = "/") => Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
    {
        using var answer = await client.SendAsync(Request(wire, host, path));
        answer.EnsureSuccessStatusCode();
        (await answer.Content.ReadAsByteArrayAsync()).Length.ShouldBeGreaterThan(0);
    }));

    public Task AllEndedAsync(int count) => Eventually.HoldsAsync(() => Ended.Count >= count, () => $"{count} connections ended; {string.Join(", ", Ended)}");

    /// <summary>Until nothing that the client sent is unacknowledged: an ACK may be delayed by 40 ms.</summary>
    public Task AcknowledgedAsync() => Eventually.HoldsAsync(
        () => Network.ClientTable.ToList(new(TcpStates.Connected)).All(row => row.SendQueue is 0), () => "everything acknowledged");

    /// <summary>
    /// Until all connections have ended and the kernels hold as many TIME_WAITs as the ends that were told leave.
    /// Both are counted again, as HttpClient may have begun a dial that it did not need, which may be done, and let go, between the two counts.
    /// </summary>
    public async Task TimeWaitsAreAsync(Func<(int Client, int Server)> told)
    {
        (int Client, int Server) held = default;
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Eventually.Limit; await Task.Delay(1))
        {
            held = await Network.SettledAsync();
            if (held == told())
            {
                return;
            }
        }

        held.ShouldBe(told(), $"TIME_WAITs at the client and at the server, where these ended: {string.Join(", ", Ended)}");
    }

    public void Dispose()
    {
        Network.Dispose();
        _chooser.Dispose();
    }
}
