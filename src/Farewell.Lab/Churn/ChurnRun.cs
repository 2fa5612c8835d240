using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Farewell.Lab.Networks;
using Farewell.Lab.Networks.Linux;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies;
using Farewell.Observation;

namespace Farewell.Lab.Churn;

/// <summary>
/// Opens, uses and ends connections from one address to one destination as fast as a few workers can, on a host with a narrow range of
/// ephemeral ports, so that what takes a busy day elsewhere shows in seconds.
/// </summary>
public static class ChurnRun
{
    private const string PortRange = "net.ipv4.ip_local_port_range";
    private const int FirstPort = 20000;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(1);

    /// <summary>Runs them one after another.</summary>
    /// <exception cref="LabNetworkException">The network is not a private one, whose port range may be narrowed.</exception>
    public static async Task<IReadOnlyList<ChurnResult>> RunAsync(
        ILabNetwork network, ChurnOptions options, Action<SocketStrategy, ChurnSecond>? tick, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        if (!network.IsPrivate)
        {
            throw new LabNetworkException($"Churn narrows the range of ephemeral ports, which only a private network allows: {network.Refusal}");
        }

        network.OnClient(() =>
        {
            KernelSetting.Write(PortRange, $"{FirstPort} {FirstPort + options.Ports - 1}");
            return true;
        });
        List<ChurnResult> results = [];
        foreach (var strategy in options.Strategies)
        {
            results.Add(await RunOneAsync(network, strategy, options, tick, cancellation));
        }

        return results;
    }

    private static async Task<ChurnResult> RunOneAsync(
        ILabNetwork network, SocketStrategy strategy, ChurnOptions options, Action<SocketStrategy, ChurnSecond>? tick, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var arena = new Arena(network, 1, cancellation: stop.Token);
        using var listener = await arena.ListenAsync();
        var meter = new ChurnMeter(options.Ports);
        var serving = Task.Run(() => ServeAsync(strategy, arena, listener), cancellation);
        var workers = Enumerable.Range(0, options.Workers)
            .Select(_ => Task.Factory.StartNew(() => Work(strategy, arena, meter), TaskCreationOptions.LongRunning)).ToArray();

        using var client = network.OnClient(ConnectionTable.Open);
        using var server = network.OnServer(ConnectionTable.Open);
        List<ChurnSecond> seconds = [];
        var maxAtServer = 0;
        using var clock = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var second = 0; second < options.Seconds && await clock.WaitForNextTickAsync(cancellation); second++)
        {
            maxAtServer = Math.Max(maxAtServer, server.Count(new ConnectionFilter(TcpStates.TimeWait, LocalPort: arena.Port)));
            seconds.Add(meter.Take(second, client.Count(new ConnectionFilter(TcpStates.TimeWait, RemotePort: arena.Port))));
            tick?.Invoke(strategy, seconds[^1]);
        }

        await stop.CancelAsync();
        await Task.WhenAll(workers);
        await serving;
        var steady = seconds.TakeLast(60).ToList();
        var maxAtClient = seconds.Max(s => s.TimeWait);
        return new ChurnResult
        {
            Strategy = strategy,
            Ports = options.Ports,
            SustainedPerSecond = Math.Round((double)steady.Sum(s => s.Ok) / steady.Count, 1),
            Errors = meter.Errors,
            MaxTimeWaitAtClient = maxAtClient,
            MaxTimeWaitAtServer = maxAtServer,
            Seconds = seconds,
            Filling = maxAtClient > options.Ports / 2 ? meter.Filling : [],
        };
    }

    private static async Task ServeAsync(SocketStrategy strategy, Arena arena, Socket listener)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(arena.Cancellation);
                _ = ServeOneAsync(strategy, new LabConnection(TimeProvider.System, arena.Cancellation).AttachServer(socket));
            }
        }
        catch (OperationCanceledException)
        {
            // The time is up.
        }
    }

    private static async Task ServeOneAsync(SocketStrategy strategy, LabSocket server)
    {
        try
        {
            await strategy.ServeAsync(server);
        }
        catch (OperationCanceledException)
        {
            server.Close(0);
        }
    }

    /// <summary>On a thread of its own, so that connect() is timed and nothing else.</summary>
    private static void Work(SocketStrategy strategy, Arena arena, ChurnMeter meter)
    {
        var target = new IPEndPoint(arena.Network.ServerAddress, arena.Port);
        while (!arena.Cancellation.IsCancellationRequested)
        {
            // The process stands in the client's namespace, and so does this thread.
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var started = Stopwatch.GetTimestamp();
            try
            {
                socket.Connect(target);
                meter.Connected(Stopwatch.GetElapsedTime(started));
            }
            catch (SocketException error)
            {
                meter.Failed(error.SocketErrorCode, Stopwatch.GetElapsedTime(started));
                arena.Cancellation.WaitHandle.WaitOne(PauseAfterFailure);
                continue;
            }

            var client = new LabConnection(TimeProvider.System, arena.Cancellation).AttachClient(socket);
            try
            {
                strategy.CallAsync(client).GetAwaiter().GetResult();
                meter.Done();
            }
            catch (OperationCanceledException)
            {
                client.Close(0);
            }
        }
    }
}
