using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Farewell.Departures;
using Farewell.Http;

namespace Farewell.Tests.Http;

/// <summary>Connections whose handler is gone without a word: collected, or with its process.</summary>
[SupportedOSPlatform("linux")]
public sealed class LeftBehindTests : IDisposable
{
    private const int Connections = 8;

    private readonly VethNetwork _network = new();
    private readonly ConcurrentQueue<HttpEnding> _ended = [];
    private readonly ConcurrentQueue<SocketError> _resets = [];

    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData(Departure.Fin, Connections)]
    [InlineData(Departure.UnheldFin, 0)]
    public async Task OfAHandlerThatIsCollected_EndAsChosen(Departure departure, int held)
    {
        using var server = Serve();
        await AskAndForgetAsync(server, departure);
        await Eventually.HoldsAsync(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return _ended.Count == Connections;
            },
            () => $"{_ended.Count} connections ended");
        _ended.ShouldAllBe(ended => ended.Use == HttpUse.Idle && ended.Departure == departure);
        await server.Served;
        _resets.ShouldBeEmpty();
        (await _network.SettledAsync()).ShouldBe((held, 0));
    }

    /// <summary>The child exits right after the dispose, or without one.</summary>
    [Theory]
    [InlineData(Departure.Fin, true, Connections)]
    [InlineData(Departure.Fin, false, Connections)]
    [InlineData(Departure.UnheldFin, false, Connections)] // the kernel's own FIN: nobody is left to choose
    public async Task OfAProcessThatExits_EndByAFin(Departure departure, bool disposes, int held)
    {
        using var server = Serve();
        using (var child = _network.Client.Run(() => ChildProcess.Start(Child.Fetch, server.Address.ToString(), $"{Connections}", $"{departure}", disposes ? "dispose" : "leave")))
        {
            await child.UntilAsync("ready");
            await child.EndAsync();
        }

        await server.Served;
        _resets.ShouldBeEmpty();
        (await _network.SettledAsync()).ShouldBe((held, 0));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task AskAndForgetAsync(RawHttpServer server, Departure departure)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = _network.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }.UseFarewell(options => (options.Departure, options.OnEnded, options.Drain) = (departure, _ended.Enqueue, new(Eventually.Limit, 1 << 20))));
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => client.GetStringAsync(server.Address)));
    }

    /// <summary>Answers when all requests have come, each on a connection of its own therefore.</summary>
    private RawHttpServer Serve()
    {
        var missing = Connections;
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return RawHttpServer.Start(
            async (_, socket) =>
            {
                try
                {
                    await RawHttpServer.ReadRequestAsync(socket);
                    if (Interlocked.Decrement(ref missing) == 0)
                    {
                        arrived.SetResult();
                    }

                    await arrived.Task;
                    await RawHttpServer.SayAsync(socket, RawHttpServer.Hello);
                    (await RawHttpServer.ReadRequestAsync(socket)).ShouldBeNull();
                }
                catch (SocketException reset)
                {
                    _resets.Enqueue(reset.SocketErrorCode);
                }

                socket.Dispose();
            },
            _network.Listen());
    }
}
