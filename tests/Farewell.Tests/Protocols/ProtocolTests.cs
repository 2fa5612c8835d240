using System.Net;
using System.Net.Sockets;
using Farewell.Protocol;
using Farewell.Protocol.Manners;
using Farewell.Protocol.Sessions;
using Farewell.Samples.LineServer;
using Farewell.Tcp.Endings;

namespace Farewell.Tests.Protocols;

/// <summary>A user's protocol on a server: <c>samples/LineServer</c> as it stands, and others.</summary>
public sealed class ProtocolTests
{
    private readonly TaskCompletionSource<ProtocolConnection> _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task ALineProtocol_ServesAndEndsInItsOwnWords()
    {
        await using var server = Serve(LineProtocol.ServeAsync);
        using var peer = new Peer(server.LocalEndPoint);
        await peer.UntilAsync("220 ready\r\n");
        peer.Say("NOOP\r\nECHO a b\r\nWHAT\r\nQU");
        (await peer.UntilAsync("500 what?\r\n")).ShouldBe("250 ok\r\n250 a b\r\n500 what?\r\n");
        peer.Say("IT\r\n");
        await peer.UntilAsync("221 bye\r\n");
        peer.End();
        (await peer.ToEndAsync()).ShouldBe(("", SocketError.Success));
        var report = await ReportAsync();
        (report.Cause, report.IsOrderly, report.Role, report.Ending.ClosedFirst, report.Ending.How).ShouldBe((Cause.Left, true, Role.Stayer, ClosedFirst.Remote, How.Orderly));
        report.RemoteEndPoint.ShouldBe(peer.LocalEndPoint);
    }

    [Fact]
    public async Task AStop_IsSaidInTheProtocolsWord_AndWorkInHandIsDone()
    {
        var release = new TaskCompletionSource();
        var server = Serve(async connection =>
        {
            await connection.Output.WriteAsync("220 ready\r\n"u8.ToArray());
            await release.Task;
            await connection.Output.WriteAsync("250 late\r\n"u8.ToArray());
            await ReadToEndAsync(connection);
        });
        using var peer = new Peer(server.LocalEndPoint);
        await peer.UntilAsync("220 ready\r\n");
        var stop = server.StopAsync();
        await peer.UntilAsync("421 Stop, please QUIT\r\n");
        release.SetResult();
        await peer.UntilAsync("250 late\r\n");
        peer.Say("QUIT\r\n");
        await peer.UntilAsync("221 bye\r\n");
        peer.End();
        var report = await stop;
        (report.Sessions, report.Left, report.Reset, report.Lost).ShouldBe((1, 1, 0, 0));
    }

    [Fact]
    public async Task AStop_ResetsWhoDoesNotLeave_WithinItsGrace()
    {
        var server = Serve(LineProtocol.ServeAsync);
        using var peer = new Peer(server.LocalEndPoint);
        await peer.UntilAsync("220 ready\r\n");
        var report = await server.StopAsync(new StopOptions { Grace = TimeSpan.FromMilliseconds(200) });
        (report.Left, report.Reset).ShouldBe((0, 1));
        (await peer.ToEndAsync()).ShouldBe(("421 Stop, please QUIT\r\n", SocketError.ConnectionReset));
        (await ReportAsync()).Cause.ShouldBeOneOf(Cause.GraceExpired, Cause.Aborted);
    }

    [Fact]
    public async Task AnIdlePeer_IsDismissed_AndItsHandlerToldThatItEnds()
    {
        await using var server = Serve(LineProtocol.ServeAsync, limits: SessionLimits.Stayer with { Idle = TimeSpan.FromMilliseconds(100) });
        using var peer = new Peer(server.LocalEndPoint);
        await peer.UntilAsync("421 Idle, please QUIT\r\n");
        var connection = await _served.Task;
        await Eventually.HoldsAsync(() => connection.Ending.IsCancellationRequested, () => "Ending is not cancelled");
        peer.Say("QUIT\r\n");
        await peer.UntilAsync("221 bye\r\n");
        peer.End();
        (await ReportAsync()).Cause.ShouldBe(Cause.Left);
    }

    [Fact]
    public async Task AnOldConnection_IsDismissed()
    {
        await using var server = Serve(LineProtocol.ServeAsync, maxAge: TimeSpan.FromMilliseconds(100));
        using var peer = new Peer(server.LocalEndPoint);
        await peer.UntilAsync("421 Age, please QUIT\r\n");
        peer.Say("QUIT\r\n");
        await peer.UntilAsync("221 bye\r\n");
    }

    [Fact]
    public async Task AFinInTheMiddle_IsTruncated_AndTheHandlersReadFails()
    {
        var seen = new TaskCompletionSource<Exception>();
        await using var server = Serve(async connection =>
        {
            try
            {
                await ReadToEndAsync(connection);
            }
            catch (FarewellException cut)
            {
                seen.SetResult(cut);
                throw;
            }
        });
        using var peer = new Peer(server.LocalEndPoint);
        peer.Say("ECHO half");
        peer.End();
        (await seen.Task.WaitAsync(Eventually.Limit)).Message.ShouldContain("Truncated");
        var report = await ReportAsync();
        (report.Cause, report.Fault, report.Ending.How).ShouldBe((Cause.Truncated, null, How.Orderly), "the cut is not the handler's fault");
    }

    [Fact]
    public async Task ANeighbourThatConnectsAndGoes_IsAProbe()
    {
        await using var server = Serve(ReadToEndAsync);
        using var peer = new Peer(server.LocalEndPoint);
        peer.End();
        (await ReportAsync()).Cause.ShouldBe(Cause.Probe);
    }

    [Fact]
    public async Task OneTooMany_IsTurnedAwayInTheProtocolsWord_AndItsHandlerNeverRuns()
    {
        var runs = 0;
        await using var server = Serve(
            connection =>
            {
                Interlocked.Increment(ref runs);
                return LineProtocol.ServeAsync(connection);
            },
            maxSessions: 1);
        using var first = new Peer(server.LocalEndPoint);
        await first.UntilAsync("220 ready\r\n");
        using var second = new Peer(server.LocalEndPoint);
        (await second.UntilAsync("\r\n")).ShouldBe("421 Busy, please QUIT\r\n");
        second.Say("QUIT\r\n");
        await second.UntilAsync("221 bye\r\n");
        second.End();
        (await second.ToEndAsync()).How.ShouldBe(SocketError.Success);
        runs.ShouldBe(1);
        first.Say("QUIT\r\n");
        await first.UntilAsync("221 bye\r\n");
    }

    [Fact]
    public async Task AHandlerThatThrows_EndsItsConnection_AndNoOther()
    {
        await using var server = Serve(async connection =>
        {
            await connection.Output.WriteAsync("220 ready\r\n"u8.ToArray());
            var result = await connection.Input.ReadAsync();
            if (result.Buffer.FirstSpan[0] == (byte)'!')
            {
                throw new InvalidDataException("!");
            }

            connection.Input.AdvanceTo(result.Buffer.Start);
            await LineProtocol.ServeAsync(connection);
        });
        using var broken = new Peer(server.LocalEndPoint);
        await broken.UntilAsync("220 ready\r\n");
        var connection = await _served.Task;
        using var whole = new Peer(server.LocalEndPoint);
        await whole.UntilAsync("220 ready\r\n");
        broken.Say("!\r\n");
        await broken.UntilAsync("421 Application, please QUIT\r\n");
        broken.Say("QUIT\r\n");
        await broken.UntilAsync("221 bye\r\n");
        broken.End();
        (await connection.Completion.WaitAsync(Eventually.Limit)).Fault.ShouldBeOfType<InvalidDataException>();
        whole.Say("NOOP\r\nQUIT\r\n");
        await whole.UntilAsync("221 bye\r\n");
    }

    [Theory]
    [InlineData("make")]
    [InlineData("hear")]
    [InlineData("say")]
    public async Task AMannerThatThrows_EndsItsConnection_AndNoOther(string when)
    {
        var count = 0;
        await using var server = Serve(LineProtocol.ServeAsync, manner: () => count++ > 0 ? new LineManner() : when == "make" ? throw new InvalidDataException() : new BadManner(when));
        using var broken = new Peer(server.LocalEndPoint);
        if (when != "make")
        {
            broken.Say("QUIT\r\n");
        }

        (await broken.ToEndAsync()).How.ShouldBe(SocketError.ConnectionReset);
        (await ReportAsync()).ShouldSatisfyAllConditions(report => report.Fault.ShouldBeOfType<InvalidDataException>(), report => report.Cause.ShouldBe(Cause.Aborted));
        using var whole = new Peer(server.LocalEndPoint);
        await whole.UntilAsync("220 ready\r\n");
        whole.Say("QUIT\r\n");
        await whole.UntilAsync("221 bye\r\n");
    }

    [Fact]
    public async Task ABareStream_EndsByTheFin_AndEverythingArrives()
    {
        await using var server = Serve(EchoAsync, manner: () => new WordlessManner());
        using var peer = new Peer(server.LocalEndPoint);
        peer.Say("anything at all");
        await peer.UntilAsync("anything at all");
        peer.Say(", and the rest");
        peer.End();
        (await peer.ToEndAsync()).ShouldBe((", and the rest", SocketError.Success));
        var report = await ReportAsync();
        (report.Cause, report.Ending.ClosedFirst).ShouldBe((Cause.Left, ClosedFirst.Remote));
    }

    [Fact]
    public async Task ABareStream_ThatIsToEnd_WaitsForTheFin_ThenResets()
    {
        await using var server = Serve(_ => Task.CompletedTask, limits: SessionLimits.Stayer with { Grace = TimeSpan.FromMilliseconds(100) }, manner: () => new WordlessManner());
        using var peer = new Peer(server.LocalEndPoint);
        (await peer.ToEndAsync()).ShouldBe(("", SocketError.ConnectionReset));
        (await ReportAsync()).Cause.ShouldBe(Cause.GraceExpired);
    }

    [Fact]
    public async Task BothDirections_AreBounded_AndNothingIsLost()
    {
        const int Total = 8 * 1024 * 1024;
        long flushed = 0;
        var (waits, read) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = Serve(async connection =>
        {
            var piece = new byte[16 * 1024];
            for (var sent = 0; sent < Total; sent += piece.Length)
            {
                var flush = connection.Output.WriteAsync(piece);
                if (!flush.IsCompleted)
                {
                    waits.TrySetResult();
                }

                await flush;
                Interlocked.Add(ref flushed, piece.Length);
            }

            await read.Task;
            long taken = 0;
            while (await connection.Input.ReadAsync() is var result && !(result.IsCompleted && result.Buffer.IsEmpty))
            {
                taken += result.Buffer.Length;
                connection.Input.AdvanceTo(result.Buffer.End);
            }

            taken.ShouldBe(Total);
        }, manner: () => new WordlessManner());
        using var peer = new Peer(server.LocalEndPoint, receiveBuffer: 16 * 1024);

        // It does not read: the handler's flushes wait, before the end.
        await waits.Task.WaitAsync(Eventually.Limit);
        Interlocked.Read(ref flushed).ShouldBeLessThan(Total);

        // And the handler does not: the peer's send waits.
        var saying = peer.SayAsync(new byte[Total]);
        await peer.SkipAsync(Total);
        saying.IsCompleted.ShouldBeFalse("64 KiB and the kernel's buffers are less than 8 MiB");
        read.SetResult();
        await saying.WaitAsync(Eventually.Limit);
        peer.End();
        (await peer.ToEndAsync()).ShouldBe(("", SocketError.Success));
        (await ReportAsync()).Cause.ShouldBe(Cause.Left);
    }

    [Fact]
    public async Task AnUnreadingPeer_IsGivenUp()
    {
        await using var server = Serve(
            async connection =>
            {
                while (!(await connection.Output.WriteAsync(new byte[16 * 1024])).IsCompleted)
                {
                }
            },
            limits: SessionLimits.Stayer with { Stall = TimeSpan.FromMilliseconds(300) });
        using var peer = new Peer(server.LocalEndPoint, receiveBuffer: 16 * 1024);
        peer.Say("NOOP\r\n");
        var report = await ReportAsync();
        (report.Cause, report.Fault).ShouldBe((Cause.Stalled, null));
    }

    private FarewellServer Serve(ProtocolHandler handler, SessionLimits? limits = null, Func<IClosingManner>? manner = null, int maxSessions = 100, TimeSpan? maxAge = null) =>
        FarewellServer.Start(
            new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), Limits = limits ?? SessionLimits.Stayer, MaxSessions = maxSessions, MaxAge = maxAge },
            manner ?? (() => new LineManner()),
            connection =>
            {
                _served.TrySetResult(connection);
                return handler(connection);
            });

    private async Task<SessionReport> ReportAsync() => await (await _served.Task.WaitAsync(Eventually.Limit)).Completion.WaitAsync(Eventually.Limit);

    private static async Task ReadToEndAsync(ProtocolConnection connection)
    {
        while (await connection.Input.ReadAsync() is { IsCompleted: false } result)
        {
            connection.Input.AdvanceTo(result.Buffer.End);
        }
    }

    private static async Task EchoAsync(ProtocolConnection connection)
    {
        while (true)
        {
            var result = await connection.Input.ReadAsync();
            foreach (var piece in result.Buffer)
            {
                await connection.Output.WriteAsync(piece);
            }

            connection.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private sealed class BadManner(string when) : IClosingManner
    {
        public bool HasWords => true;

        public int Say(ClosingStep step, DismissReason reason, Span<byte> destination) => throw new InvalidDataException();

        public ClosingStep Hear(ref ReadOnlySpan<byte> received)
        {
            received = default;
            return when == "hear" ? throw new InvalidDataException() : ClosingStep.Done;
        }
    }
}
