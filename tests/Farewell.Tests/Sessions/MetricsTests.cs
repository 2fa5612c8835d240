using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Tests.Protocols;

namespace Farewell.Tests.Sessions;

public sealed class MetricsTests : IDisposable
{
    // A message whose handler threw is never handled, and its leaver is let go when the grace is over.
    private static readonly SessionLimits ShortGrace = SessionLimits.Stayer with { Grace = TimeSpan.FromMilliseconds(200), Hard = TimeSpan.FromMilliseconds(400) };

    private readonly Meters _server = new();
    private readonly Meters _client = new();
    private readonly LogLines _log = new();

    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task ASession_IsCountedFromBothSides()
    {
        await using (var server = Serve())
        {
            await using var session = await ConnectAsync(server);
            _server["farewell.sessions.open{role=stayer}"].ShouldBe(1);
            (await session.AskAsync(new byte[10])).Outcome.ShouldBe(AskOutcome.Answered);
            (await session.AskAsync(default)).Outcome.ShouldBe(AskOutcome.Refused);
            var sent = await session.SendAsync(new byte[10]);
            (await session.DeliveredAsync(sent.Number)).ShouldBeTrue();
        }

        Expect(_client,
            ("farewell.sessions.open{role=leaver}", 0),
            ("farewell.endings{closed_by=unknown,how=orderly,time_wait_at=unknown,reason=released,role=leaver}", 1),
            ("farewell.sessions.duration{role=leaver}", 1),
            ("farewell.messages{direction=sent,kind=ask}", 2),
            ("farewell.messages{direction=sent,kind=message}", 1),
            ("farewell.asks.duration{outcome=answered}", 1),
            ("farewell.asks.duration{outcome=refused}", 1));
        Expect(_server,
            ("farewell.sessions.open{role=stayer}", 0),
            ("farewell.endings{closed_by=remote,how=orderly,time_wait_at=unknown,reason=left,role=stayer}", 1),
            ("farewell.messages{direction=received,kind=ask}", 2),
            ("farewell.messages{direction=received,kind=message}", 1),
            ("farewell.asks.refused{reason=declined}", 1));
        _server["farewell.octets{direction=received}"].ShouldBe(_client["farewell.octets{direction=sent}"]);
        _server["farewell.octets{direction=sent}"].ShouldBe(_client["farewell.octets{direction=received}"]);
        _log.All.ShouldAllBe(line => line.StartsWith("Information: The server at", StringComparison.Ordinal), "everything was normal");
    }

    [Fact]
    public async Task AProbe_IsAProbe_AndForeignOctets_AreAViolation_WithOneLogLine()
    {
        await using (var server = Serve())
        {
            using var probe = new Peer(server.LocalEndPoint);
            probe.End();
            (await probe.ToEndAsync()).How.ShouldBe(SocketError.Success);
            using var stranger = new Peer(server.LocalEndPoint);
            stranger.Say("GET / HTTP/1.1\r\n\r\n");
            (await stranger.ToEndAsync()).How.ShouldBe(SocketError.ConnectionReset);
            await Eventually.HoldsAsync(() => server.Sessions == 0, () => $"{server.Sessions} sessions");
            _log.All.ShouldHaveSingleItem().ShouldStartWith($"Warning: The session with {stranger.LocalEndPoint} ended: Violation, Foreign, after");
        }

        Expect(_server,
            ("farewell.probes", 1),
            ("farewell.endings{closed_by=remote,how=orderly,time_wait_at=unknown,reason=probe,role=stayer}", 1),
            ("farewell.endings{closed_by=unknown,how=reset,time_wait_at=none,reason=violation,role=stayer}", 1),
            ("farewell.sessions.duration{role=stayer}", 1));
    }

    [Fact]
    public async Task OneTooMany_AndAHandlerThatThrows_AreCounted()
    {
        await using (var server = Serve(maxSessions: 1))
        {
            var session = await ConnectAsync(server);
            var turnedAway = await Should.ThrowAsync<FarewellException>(() => ConnectAsync(server));
            turnedAway.Dismissal!.Value.Reason.ShouldBe(DismissReason.Busy);
            await session.SendAsync("throw"u8.ToArray());
            await session.Completion.WaitAsync(Eventually.Limit);
        }

        Expect(_server, ("farewell.connections.refused{reason=busy}", 1), ("farewell.handlers.failed{role=stayer}", 1));
    }

    [Fact]
    public async Task AnAskAndItsHandler_AreSpans()
    {
        var spans = new ConcurrentBag<Activity>();
        await using var server = Serve();
        var address = "";
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Farewell",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = span => spans.Add(span),
        };
        ActivitySource.AddActivityListener(listener);
        await using (var session = await ConnectAsync(server))
        {
            await session.AskAsync(new byte[10]);
            await session.AskAsync(default);
            address = session.LocalEndPoint!.ToString();
        }

        // Other tests' spans come here too.
        var asks = spans.Where(span => Equals(span.GetTagItem("network.peer.address"), server.LocalEndPoint.ToString())).ToList();
        asks.ShouldAllBe(span => span.OperationName == "ask" && span.Kind == ActivityKind.Client);
        asks.Select(span => (span.GetTagItem("farewell.outcome"), span.Status)).Order().ShouldBe([("answered", ActivityStatusCode.Unset), ("refused", ActivityStatusCode.Error)]);
        spans.Where(span => Equals(span.GetTagItem("network.peer.address"), address)).Select(span => (span.OperationName, span.Kind))
            .ShouldBe([("handle ask", ActivityKind.Server), ("handle ask", ActivityKind.Server)]);
    }

    [Fact]
    public async Task EveryInstrument_IsDocumented()
    {
        await ASession_IsCountedFromBothSides();
        await OneTooMany_AndAHandlerThatThrows_AreCounted();
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "metrics.md"));
        _server.Instruments.Concat(_client.Instruments).Where(name => !page.Contains($"| `{name}` |", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private FarewellServer Serve(int maxSessions = 100) => FarewellServer.Start(
        new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), MaxSessions = maxSessions, Limits = ShortGrace, MeterFactory = _server, LoggerFactory = _log, Filters = { RefuseEmpty } }, Echo);

    private Task<FarewellSession> ConnectAsync(FarewellServer server) => FarewellClient.ConnectAsync(server.LocalEndPoint, new FarewellClientOptions { MeterFactory = _client });

    private static MessageHandler RefuseEmpty(MessageHandler next) => (session, message) =>
    {
        if (!message.IsAsk || message.Payload.Length > 0)
        {
            return next(session, message);
        }

        message.Refuse();
        return default;
    };

    private static ValueTask Echo(FarewellSession session, Message message)
    {
        if (message.IsAsk)
        {
            message.Answer(message.Payload);
        }

        return message.Payload.Span.SequenceEqual("throw"u8) ? throw new InvalidDataException() : default;
    }

    private static void Expect(Meters meters, params (string Series, double Value)[] expected)
    {
        foreach (var (series, value) in expected)
        {
            meters.Sums.ContainsKey(series).ShouldBeTrue($"no {series} among:\n{string.Join('\n', meters.Sums.Keys.Order())}");
            meters[series].ShouldBe(value, series);
        }
    }
}
