using System.Collections.Concurrent;
using System.Net.Sockets;
using Farewell.Departures;
using Farewell.Http;
using Farewell.Sockets;
using Farewell.Tests.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace Farewell.Tests.Http;

/// <summary>The end of a connection after a synchronous dispose: who bounds it, and that nothing of it reaches the application.</summary>
public sealed class ClientEndingTests : IDisposable
{
    private readonly ConcurrentQueue<HttpEnding> _ended = [];
    private readonly DepartureChooser _chooser = new(new() { Budget = new(1000, "stated by the test") });
    private readonly LogLines _log = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose()
    {
        _chooser.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Dispose_DoesNotWaitForTheServer()
    {
        using var server = RawHttpServer.Start(HoldOnAsync);
        await AskAndDisposeAsync(server, Departure.Fin);
        _ended.ShouldBeEmpty("the server has not ended its side");
        _chooser.Held().Single().TimeWaits.ShouldBe(1, "counted when it is chosen");
        _release.SetResult();
        (await EndedAsync()).End.Kind.ShouldBe(SocketEndKind.Orderly);
        await server.Served;
    }

    [Fact]
    public async Task AServerThatDoesNotEndItsSide_IsResetInTime_AndThePortIsNotCounted()
    {
        var clock = new FakeTimeProvider();
        using var server = RawHttpServer.Start(HoldOnAsync);
        await AskAndDisposeAsync(server, Departure.Fin, options => options.Clock = clock);
        clock.Advance(DrainLimit.Default.Time - TimeSpan.FromTicks(1));
        _ended.ShouldBeEmpty();
        clock.Advance(TimeSpan.FromTicks(1));
        (await EndedAsync()).End.Kind.ShouldBe(SocketEndKind.DrainTimedOut);
        _chooser.Held().ShouldBeEmpty();
        _log.All.Single().ShouldContain("had to be reset: DrainTimedOut after 3 s");
        _release.SetResult();
    }

    [Fact]
    public async Task OfTooManyEnds_TheOldestIsGivenUp()
    {
        using var server = RawHttpServer.Start(HoldOnAsync);
        for (var i = 0; i < 5; i++)
        {
            // Others' ends count, too; none here waits as long as these.
            await AskAndDisposeAsync(server, Departure.Fin, options => options.MostRunning = 2);
        }

        await Eventually.HoldsAsync(() => _ended.Count >= 3, () => "three of five are given up");
        _ended.Take(3).ShouldAllBe(ended => ended.End.Kind == SocketEndKind.DrainCancelled);
        _release.SetResult();
        await Eventually.HoldsAsync(() => _ended.Count == 5, () => "the others end with the server");
        await HttpEndings.WhenOverAsync().WaitAsync(Eventually.Limit);
    }

    [Theory]
    [InlineData(Departure.Fin, SocketEndKind.Orderly)]
    [InlineData(Departure.UnheldFin, SocketEndKind.UnheldFin)]
    [InlineData(Departure.Reset, SocketEndKind.Reset)]
    [InlineData(Departure.Auto, SocketEndKind.Orderly)]
    public async Task AnIdleConnection_EndsAsChosen_AndSaysSo(Departure asked, SocketEndKind expected)
    {
        Farewell.Testing.Require.Linux();
        using var meters = new Meters();
        using var server = RawHttpServer.Start(async (server, socket) =>
        {
            try
            {
                await RawHttpServer.AnswerAsync(server, socket);
            }
            catch (SocketException reset) when (asked == Departure.Reset && reset.SocketErrorCode == SocketError.ConnectionReset)
            {
                socket.Dispose();
            }
        });
        await AskAndDisposeAsync(server, asked, options => options.MeterFactory = meters);
        var ended = await EndedAsync();
        (ended.Use, ended.End.Kind).ShouldBe((HttpUse.Idle, expected));
        ended.Connection.Remote.ToIPEndPoint().Port.ShouldBe(server.Address.Port);
        await server.Served;
        var departure = expected switch { SocketEndKind.UnheldFin => "unheld-fin", SocketEndKind.Reset => "reset", _ => "fin" };
        meters.Sums.Keys.ShouldHaveSingleItem().ShouldStartWith($"farewell.http.client.endings{{use=idle,departure={departure},closed_by=");
    }

    [Fact]
    public async Task ALargeAnswerLeftUnread_IsDrainedNoFurtherThanItsLimit()
    {
        using var server = RawHttpServer.Start(async (_, socket) =>
        {
            await RawHttpServer.ReadRequestAsync(socket);
            await RawHttpServer.SayAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            await Should.ThrowAsync<SocketException>(async () =>
            {
                while (true)
                {
                    await socket.SendAsync(new byte[65536]);
                }
            });
        });
        using (var client = Client(Departure.Fin))
        {
            using var answer = await client.GetAsync(server.Address, HttpCompletionOption.ResponseHeadersRead);
        }

        var ended = await EndedAsync();
        (ended.Use, ended.End.Kind).ShouldBe((HttpUse.GivenUp, SocketEndKind.DrainOverflowed));
        await server.Served;
    }

    [Fact]
    public async Task AnUploadGivenUp_EndsByAFin_BehindWhatTheKernelHas()
    {
        var read = 0L;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = RawHttpServer.Start(async (_, socket) =>
        {
            await socket.ReceiveAsync(Memory<byte>.Empty);
            begun.SetResult();
            await _release.Task;
            var piece = new byte[65536];
            int count;
            while ((count = await socket.ReceiveAsync(piece)) > 0)
            {
                read += count;
            }

            socket.Dispose();
        });
        using (var client = Client(Departure.Reset))
        using (var cancel = new CancellationTokenSource())
        {
            var ask = client.PostAsync(server.Address, new ByteArrayContent(new byte[64 << 20]), cancel.Token);
            await begun.Task.WaitAsync(Eventually.Limit);
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(ask);
        }

        _release.SetResult();
        var ended = await EndedAsync();
        await server.Served;
        (ended.Departure, ended.End.Kind).ShouldBe((Departure.Fin, SocketEndKind.Orderly), $"the server read {read} octets and then the end");
    }

    [Fact]
    public async Task NoFinGoesOut_BeforeTheAnswerIsRead()
    {
        Farewell.Testing.Require.Linux();
        using var server = RawHttpServer.Start(async (_, socket) =>
        {
            await RawHttpServer.ReadRequestAsync(socket);
            await RawHttpServer.SayAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
            await _release.Task;
            EndSocket.StateOf(socket).ShouldBe(1, "TCP_ESTABLISHED: a FIN would have made it CLOSE_WAIT");
            await RawHttpServer.SayAsync(socket, "hello");
            (await socket.ReceiveAsync(new byte[1])).ShouldBe(0);
            socket.Dispose();
        });
        using (var client = Client(Departure.UnheldFin))
        {
            using var answer = await client.GetAsync(server.Address, HttpCompletionOption.ResponseHeadersRead);
            _release.SetResult();
            (await answer.Content.ReadAsStringAsync()).ShouldBe("hello");
        }

        await server.Served;
        (await EndedAsync()).End.Kind.ShouldBe(SocketEndKind.UnheldFin);
    }

    [Fact]
    public async Task ASynchronousSend_WorksTheSame()
    {
        using var server = RawHttpServer.Start(RawHttpServer.AnswerAsync);
        using (var client = Client(Departure.Fin))
        {
            await Task.Run(() =>
            {
                using var answer = client.Send(new HttpRequestMessage(HttpMethod.Get, server.Address));
                using var reader = new StreamReader(answer.Content.ReadAsStream());
                reader.ReadToEnd().ShouldBe("hello");
            });
        }

        (await EndedAsync()).Use.ShouldBe(HttpUse.Idle);
        await server.Served;
    }

    [Fact]
    public async Task AnObserverThatThrows_IsLogged()
    {
        using var server = RawHttpServer.Start(RawHttpServer.AnswerAsync);
        await AskAndDisposeAsync(server, Departure.Fin, options => options.OnEnded = _ => throw new InvalidOperationException("mine"));
        await Eventually.HoldsAsync(() => _log.All.Count == 1, () => "it is logged");
        _log.All.Single().ShouldStartWith("Error: OnEnded failed");
    }

    [Fact]
    public async Task AServerThatResets_IsNoException()
    {
        using var server = RawHttpServer.Start(async (_, socket) =>
        {
            await RawHttpServer.ReadRequestAsync(socket);
            await RawHttpServer.SayAsync(socket, RawHttpServer.Hello);
            await _release.Task;
            socket.Close(0);
        });
        using (var client = Client(Departure.Auto))
        {
            (await client.GetStringAsync(server.Address)).ShouldBe("hello");
            _release.SetResult();
            await server.Served;
        }

        var ended = await EndedAsync();
        (ended.End.Kind, ended.Departure).ShouldBe((SocketEndKind.ResetByPeer, null));
    }

    private async Task HoldOnAsync(RawHttpServer server, Socket socket)
    {
        await RawHttpServer.ReadRequestAsync(socket);
        await RawHttpServer.SayAsync(socket, RawHttpServer.Hello);
        await _release.Task;
        socket.Dispose();
    }

    private async Task AskAndDisposeAsync(RawHttpServer server, Departure departure, Action<HttpFarewellOptions>? configure = null)
    {
        using var client = Client(departure, configure);
        (await client.GetStringAsync(server.Address)).ShouldBe("hello");
    }

    private HttpClient Client(Departure departure, Action<HttpFarewellOptions>? configure = null) => new(new SocketsHttpHandler().UseFarewell(options =>
    {
        (options.Departure, options.Departures, options.OnEnded, options.Logger) = (departure, _chooser, _ended.Enqueue, _log);
        configure?.Invoke(options);
    }));

    private async Task<HttpEnding> EndedAsync()
    {
        await Eventually.HoldsAsync(() => !_ended.IsEmpty, () => "the connection ends");
        return _ended.ShouldHaveSingleItem();
    }
}
