using System.Net;
using System.Net.Sockets;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Samples.LineServer;
using Farewell.Tests.Protocols;
using Farewell.Tests.Sessions;

namespace Farewell.Tests.Server;

/// <summary>A server behind a proxy that tells where connections come from.</summary>
public sealed class ProxyTests : IDisposable
{
    private const string Line = "PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\n";

    private readonly TaskCompletionSource<ProtocolConnection> _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Meters _meters = new();
    private readonly LogLines _log = new();

    public void Dispose()
    {
        _meters.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public async Task TheRemoteAddress_IsTheClients_HoweverTheHeaderIsSplit(int at)
    {
        await using var server = Serve();
        using var peer = new Peer(server.LocalEndPoint);
        peer.Say(Line[..at]);
        peer.Say(Line[at..] + "ECHO a\r\n");
        await peer.UntilAsync("220 ready\r\n250 a\r\n");
        var connection = await _served.Task.WaitAsync(Eventually.Limit);
        connection.RemoteEndPoint!.ToString().ShouldBe("192.0.2.7:40000");
        connection.LocalEndPoint!.ToString().ShouldBe("198.51.100.1:443");
        peer.Say("QUIT\r\n");
        await peer.UntilAsync("221 bye\r\n");
        peer.End();
        var report = await connection.Completion.WaitAsync(Eventually.Limit);
        (report.Cause, report.RemoteEndPoint!.ToString()).ShouldBe((Cause.Left, "192.0.2.7:40000"));
        _meters["farewell.sessions.open{role=stayer}"].ShouldBe(0);
    }

    [Fact]
    public async Task VersionTwo_OfTheProxyItself_KeepsTheConnectionsOwnAddresses()
    {
        await using var server = Serve();
        using var peer = new Peer(server.LocalEndPoint);
        await peer.SayAsync((byte[])[.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x20, 0, 0, 0]);
        await peer.UntilAsync("220 ready\r\n");
        (await _served.Task).RemoteEndPoint.ShouldBe(peer.LocalEndPoint);
        peer.Say("QUIT\r\n");
        await peer.UntilAsync("221 bye\r\n");
    }

    [Fact]
    public async Task FarewellsOwnSessions_GoThroughAProxyToo()
    {
        var from = new TaskCompletionSource<EndPoint?>();
        await using var server = FarewellServer.Start(Options(), (session, message) =>
        {
            from.TrySetResult(session.RemoteEndPoint);
            message.Answer(message.Payload);
            return default;
        });
        using var proxy = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        proxy.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        proxy.Listen();
        var forwarding = Task.Run(async () =>
        {
            using var client = new NetworkStream(await proxy.AcceptAsync(), ownsSocket: true);
            using var target = new NetworkStream(await DialAsync(server.LocalEndPoint), ownsSocket: true);
            await target.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Line));
            await Task.WhenAny(client.CopyToAsync(target), target.CopyToAsync(client));
        });
        var session = await FarewellClient.ConnectAsync((IPEndPoint)proxy.LocalEndPoint!);
        (await session.AskAsync(new byte[1])).Outcome.ShouldBe(AskOutcome.Answered);
        (await from.Task)!.ToString().ShouldBe("192.0.2.7:40000");
        await session.DisposeAsync();
        await forwarding;
    }

    [Fact]
    public async Task WithoutAHeader_ThereIsNoSession()
    {
        await using var server = Serve();
        using var stranger = new Peer(server.LocalEndPoint);
        stranger.Say("NOOP\r\n");
        (await stranger.ToEndAsync()).How.ShouldBe(SocketError.ConnectionReset);
        using var probe = new Peer(server.LocalEndPoint);
        probe.End();
        (await probe.ToEndAsync()).How.ShouldBe(SocketError.Success);
        using var half = new Peer(server.LocalEndPoint);
        half.Say(Line[..10]);
        half.End();
        (await half.ToEndAsync()).How.ShouldBe(SocketError.Success);
        await Eventually.HoldsAsync(() => server.Sessions == 0, () => $"{server.Sessions} sessions");
        _served.Task.IsCompleted.ShouldBeFalse();
        (_meters["farewell.probes"], _meters["farewell.sessions.open{role=stayer}"]).ShouldBe((1, 0));
        _log.All.ShouldContain(line => line.StartsWith($"Debug: {stranger.LocalEndPoint} sent no PROXY header: NotProxy", StringComparison.Ordinal));
        _log.All.ShouldContain(line => line.StartsWith($"Warning: The session with {half.LocalEndPoint} ended: Truncated", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AHeaderThatDoesNotCome_IsGivenUp()
    {
        await using var server = Serve(SessionLimits.Stayer with { Handshake = TimeSpan.FromMilliseconds(100) });
        using var silent = new Peer(server.LocalEndPoint);
        silent.Say(Line[..10]);
        (await silent.ToEndAsync()).How.ShouldBe(SocketError.ConnectionReset);
        await Eventually.HoldsAsync(() => _log.All.Any(line => line.Contains("HandshakeOverdue")), () => string.Join('\n', _log.All));
    }

    [Fact]
    public async Task AStop_IsSaidBehindTheHeader_AndWhoSendsNoneIsReset()
    {
        var server = Serve();
        using var silent = new Peer(server.LocalEndPoint);
        using var late = new Peer(server.LocalEndPoint);
        await Eventually.HoldsAsync(() => server.Sessions == 2, () => $"{server.Sessions} sessions");
        var stop = server.StopAsync(new StopOptions { Grace = TimeSpan.FromSeconds(1), Spread = TimeSpan.Zero });
        late.Say(Line);
        await late.UntilAsync("421 Stop, please QUIT\r\n");
        late.Say("QUIT\r\n");
        await late.UntilAsync("221 bye\r\n");
        late.End();
        var report = await stop;
        (report.Left, report.Reset).ShouldBe((1, 1));
        (await silent.ToEndAsync()).How.ShouldBe(SocketError.ConnectionReset);
    }

    private FarewellServer Serve(SessionLimits? limits = null) => FarewellServer.Start(Options(limits), () => new LineManner(), connection =>
    {
        _served.TrySetResult(connection);
        return LineProtocol.ServeAsync(connection);
    });

    private FarewellServerOptions Options(SessionLimits? limits = null) => new()
    {
        EndPoint = new(IPAddress.Loopback, 0),
        Proxy = ProxyPolicy.Required,
        Limits = limits ?? SessionLimits.Stayer,
        MeterFactory = _meters,
        LoggerFactory = _log,
    };

    private static async Task<Socket> DialAsync(IPEndPoint server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server);
        return socket;
    }
}
