using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Linux;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>Two instances take turns behind one listening socket, twenty times under load: no failed request.</summary>
[SupportedOSPlatform("linux")]
public sealed class HandOverTests
{
    private const int HandOvers = 20;
    private const int Clients = 8;
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC

    // Two listeners of one process are in one epoll set, in which a closed descriptor stays while another has the same socket: its number must not come again. Two processes have no such trouble.
    private static int _number = 2000;

    private int _answers;

    [Fact]
    public Task HttpClient_HasNoFailedRequest() => RunAsync(patience: TimeSpan.Zero, static (network, host) =>
    {
        var client = NetworkClient.Create(network, host, new Version(1, 1));
        return (async () => (await client.GetByteArrayAsync(NetworkClient.UriOf(host))).ShouldBe(TestApplication.Hello), client.Dispose);
    });

    [Fact]
    public Task AClientThatRetriesNothing_HasNoFailedRequest_WhereTheStopIsPatient() => RunAsync(patience: TimeSpan.FromMinutes(1), static (network, host) =>
    {
        HttpClientSocket? client = null;
        return (async () =>
        {
            client ??= await HttpClientSocket.DialAsync(network, host.EndPoint);
            await client.GetAsync();
            if ((await client.ReadResponseAsync()).Contains("Connection: close", StringComparison.Ordinal))
            {
                client.Dispose();
                client = null;
            }
        }, () => client?.Dispose());
    });

    private async Task RunAsync(TimeSpan patience, Func<VethNetwork, HttpHost, (Func<Task> Ask, Action End)> dial)
    {
        using var network = new VethNetwork();
        var listener = network.Listen();
        var host = await StartAsync();
        using var over = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(_ => dial(network, host)).ToArray();
        var load = clients.Select(client => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await client.Ask();
                Interlocked.Increment(ref _answers);
            }
        })).ToArray();
        for (var turn = 0; turn < HandOvers; turn++)
        {
            var before = Volatile.Read(ref _answers);
            await Eventually.HoldsAsync(() => Volatile.Read(ref _answers) > before + 50 || Array.Exists(load, static client => client.IsFaulted), () => $"turn {turn}: {_answers} answers");
            await Task.WhenAll(load.Where(static client => client.IsFaulted));
            var next = await StartAsync();
            await host.StopAsync().WaitAsync(Eventually.Limit);
            await host.DisposeAsync();
            host = next;
        }

        await over.CancelAsync();
        await Task.WhenAll(load);
        Array.ForEach(clients, static client => client.End());
        await host.DisposeAsync();
        _answers.ShouldBeGreaterThan(HandOvers * 50);

        Task<HttpHost> StartAsync() => HttpHost.StartAsync(network, new()
        {
            Farewell = options => (options.StopPatience, options.StopSilence) = (patience, patience > TimeSpan.Zero ? patience : options.StopSilence),
            Listener = () => new Socket(new SafeSocketHandle(Libc.Control((int)listener.SafeHandle.DangerousGetHandle(), DuplicateCloseOnExec, Interlocked.Increment(ref _number)), ownsHandle: true)),
        });
    }
}
