using System.Net;
using System.Net.Sockets;
using Farewell.Listening;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Tests.Sessions;

namespace Farewell.Tests.Server;

/// <summary>What a handler or a subscriber does wrong, or cannot help, and whom it hurts.</summary>
public sealed class HandlerTests : IDisposable
{
    private readonly Meters _meters = new();
    private readonly LogLines _log = new();

    public void Dispose()
    {
        _meters.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task AnAskGivenUp_WhoseHandlerStopsByItsToken_HurtsNobody()
    {
        var (begun, stopped) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var server = Serve(async (_, message) =>
        {
            if (message.Payload.Length > 0)
            {
                message.Answer(message.Payload);
                return;
            }

            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, message.Cancellation);
            }
            finally
            {
                stopped.SetResult();
            }
        });
        await using var session = await ConnectAsync(server);
        using var enough = new CancellationTokenSource();
        var ask = session.AskAsync(default, enough.Token).AsTask();
        await begun.Task.WaitAsync(Eventually.Limit);
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => ask);
        await stopped.Task.WaitAsync(Eventually.Limit);
        (await session.AskAsync(new byte[1]).AsTask().WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Answered);
        _log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task ASessionReset_WhileItsHandlerWaits_IsNoFailureOfTheHandler()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var server = Serve(async (_, message) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, message.Cancellation);
        }))
        {
            var session = await ConnectAsync(server);
            await session.SendAsync(new byte[1]);
            await begun.Task.WaitAsync(Eventually.Limit);
            session.Abort();
            await Eventually.HoldsAsync(() => server.Sessions == 0, () => $"{server.Sessions} sessions");
            await Task.Yield();
        }

        _meters.Sums.Keys.ShouldNotContain(series => series.StartsWith("farewell.handlers.failed", StringComparison.Ordinal));
        _log.All.ShouldNotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnAskThatAFilterSwallows_IsRefused()
    {
        await using var server = Serve(static (_, message) => message.Answer(message.Payload) ? default : ValueTask.CompletedTask, static next => (session, message) => message.Payload.Length == 0 ? default : next(session, message));
        await using var session = await ConnectAsync(server);
        (await session.AskAsync(default).AsTask().WaitAsync(Eventually.Limit)).Reason.ShouldBe(RefusedReason.Declined);
        (await session.AskAsync(new byte[1]).AsTask().WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Answered);
    }

    [Fact]
    public async Task WhatComesAfterAFailure_IsRefusedAtOnce()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = Serve(async (_, message) =>
        {
            if (message.Payload.Length == 1)
            {
                throw new InvalidDataException("a handler's");
            }

            await release.Task;
            message.Answer(message.Payload);
        }, handlers: 2, limits: SessionLimits.Stayer with { Grace = Eventually.Limit * 3, Hard = Eventually.Limit * 3 });
        await using var peer = await RawAsync(server);

        // An ask that stays in hand, one whose handler throws, and one that was on its way when it did.
        await peer.WriteAsync(Convert.FromHexString("0100001c4652574c010101000000000000002710000075300000100000010000" + "03000002" + "0000" + "03000001" + "00"));
        await Eventually.HoldsAsync(() => _log.All.Any(line => line.Contains("failed", StringComparison.Ordinal)), () => string.Join('\n', _log.All));
        await peer.WriteAsync(Convert.FromHexString("03000003" + "000000"));
        var heard = "";
        using var limit = new CancellationTokenSource(Eventually.Limit);
        var buffer = new byte[1000];

        // Refused (0x05) of the third ask, while the first is in hand.
        while (!heard.Contains("05000005" + "00000003", StringComparison.Ordinal))
        {
            var count = await peer.ReadAsync(buffer, limit.Token);
            count.ShouldBeGreaterThan(0, heard);
            heard += Convert.ToHexStringLower(buffer.AsSpan(0, count));
        }

        release.SetResult();
    }

    [Fact]
    public async Task SubscribersThatThrow_AreLogged_AndTheStopEnds()
    {
        var server = FarewellServer.Start(
            new FarewellServerOptions
            {
                EndPoint = new(IPAddress.Loopback, 0),
                MaxSessions = 1,
                LoggerFactory = _log,
                Opened = static _ => throw new InvalidOperationException("a subscriber's"),
                Ended = static (_, _) => throw new InvalidOperationException("a subscriber's"),
            },
            Echo);
        for (var i = 0; i < 3; i++)
        {
            var session = await ConnectAsync(server);
            (await session.AskAsync(new byte[1])).Outcome.ShouldBe(AskOutcome.Answered);
            await session.DisposeAsync();
            await Eventually.HoldsAsync(() => server.Sessions == 0, () => "its place is free again");
        }

        await server.StopAsync().WaitAsync(Eventually.Limit);
        _log.All.Count(static line => line.Contains("A subscriber of Opened failed", StringComparison.Ordinal)).ShouldBe(3);
        _log.All.Count(static line => line.Contains("A subscriber of Ended failed", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task AListenerThatFails_IsSaid_AndTheStopIsAsEver()
    {
        var listener = ListenSocket.Bind(new(IPAddress.Loopback, 0));
        var server = FarewellServer.Start(new FarewellServerOptions { Listener = listener, LoggerFactory = _log, Carrier = Carrier.Portable }, Echo);
        var session = await ConnectAsync(server);
        listener.Dispose();
        await Eventually.HoldsAsync(() => _log.All.Any(line => line.StartsWith("Error: The listener at", StringComparison.Ordinal)), () => string.Join('\n', _log.All));
        (await session.AskAsync(new byte[1])).Outcome.ShouldBe(AskOutcome.Answered);
        var report = await server.StopAsync().WaitAsync(Eventually.Limit);
        (report.Sessions, report.Left).ShouldBe((1, 1));
        (await session.Completion.WaitAsync(Eventually.Limit)).Cause.ShouldBe(Cause.Released);
    }

    [Fact]
    public async Task AListenerThatSomebodyElseCloses_IsTheLoopsAllTheSame()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Event loops need Linux.");
        var listener = ListenSocket.Bind(new(IPAddress.Loopback, 0));
        var server = FarewellServer.Start(new FarewellServerOptions { Listener = listener, LoggerFactory = _log, Carrier = Carrier.EventLoops }, Echo);
        listener.Dispose();
        var session = await ConnectAsync(server);
        (await session.AskAsync(new byte[1])).Outcome.ShouldBe(AskOutcome.Answered);
        (await server.StopAsync().WaitAsync(Eventually.Limit)).Left.ShouldBe(1);
        await Should.ThrowAsync<FarewellException>(() => FarewellClient.ConnectAsync(server.LocalEndPoint));
    }

    private FarewellServer Serve(MessageHandler handler, SessionFilter? filter = null, int handlers = 1, SessionLimits? limits = null)
    {
        var options = new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), LoggerFactory = _log, MeterFactory = _meters, Handlers = handlers, Limits = limits ?? SessionLimits.Stayer };
        if (filter is not null)
        {
            options.Filters.Add(filter);
        }

        return FarewellServer.Start(options, handler);
    }

    private static Task<FarewellSession> ConnectAsync(FarewellServer server) => FarewellClient.ConnectAsync(server.LocalEndPoint);

    private static async Task<NetworkStream> RawAsync(FarewellServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.LocalEndPoint);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static ValueTask Echo(FarewellSession session, Message message)
    {
        message.Answer(message.Payload);
        return default;
    }
}
