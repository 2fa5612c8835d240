using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;

namespace Farewell.Tests.Server;

public sealed class ServerTests
{
    [Fact]
    public async Task TenThousandAsks_AMessage_AndALeave()
    {
        await using var server = Serve(Echo);
        var session = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        for (var i = 0; i < 10_000; i++)
        {
            var result = await session.AskAsync(new byte[] { 1, 2, 3 });
            result.Answer.ToArray().ShouldBe([1, 2, 3]);
        }

        var sent = await session.SendAsync("hello"u8.ToArray());
        (sent.Outcome, sent.Number).ShouldBe((SendOutcome.Accepted, 1u));
        await foreach (var message in session.ReadAllAsync())
        {
            Encoding.ASCII.GetString(message.Span).ShouldBe("hello");
            break;
        }

        (await session.DeliveredAsync(1)).ShouldBeTrue();
        await session.DisposeAsync();
        var report = await session.Completion;
        (report.Cause, report.IsOrderly, report.Messages).ShouldBe((Cause.Released, true, new Tally(1, 0, 0)));
    }

    [Fact]
    public async Task AStop_DismissesItsGuests_AnswersWhatIsInHand_AndReports()
    {
        var release = new TaskCompletionSource();
        var begun = new CountdownEvent(3);
        var server = Serve(async (_, message) =>
        {
            begun.Signal();
            await release.Task;
            message.Answer(message.Payload);
        });
        var dismissals = new ConcurrentBag<Dismissal>();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => FarewellClient.ConnectAsync(server.LocalEndPoint)));
        Array.ForEach(sessions, session => session.Dismissed += (_, dismissal) => dismissals.Add(dismissal));
        var asks = sessions.Select(session => session.AskAsync(new byte[] { 7 }).AsTask()).ToList();
        begun.Wait(Eventually.Limit).ShouldBeTrue();
        var stop = server.StopAsync();
        await Eventually.HoldsAsync(() => dismissals.Count == 3, () => $"{dismissals.Count} of 3 were dismissed");
        release.SetResult();
        (await Task.WhenAll(asks)).ShouldAllBe(result => result.Outcome == AskOutcome.Answered);
        var report = await stop;
        (report.Sessions, report.Left, report.Reset, report.Lost, report.AsksRefused).ShouldBe((3, 3, 0, 0, 0L));
        (await Task.WhenAll(sessions.Select(session => session.Completion))).ShouldAllBe(ended => ended.Cause == Cause.Released);
        dismissals.ShouldAllBe(dismissal => dismissal.Reason == DismissReason.Stop && dismissal.RetryAfter < TimeSpan.FromSeconds(5));
        server.Sessions.ShouldBe(0);
    }

    [Fact]
    public async Task OneSessionTooMany_IsToldToComeBackLater_AndFarTooMany_AreReset()
    {
        await using var server = FarewellServer.Start(new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), MaxSessions = 1, MaxTurnedAway = 1 }, Echo);
        await using var first = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        var thrown = await Should.ThrowAsync<FarewellException>(() => FarewellClient.ConnectAsync(server.LocalEndPoint));
        thrown.Report!.Cause.ShouldBe(Cause.Released, "it was dismissed before it was open, and left");
        thrown.Dismissal!.Value.Reason.ShouldBe(DismissReason.Busy);
        using var lingering = await DialAsync(server);
        await Eventually.HoldsAsync(() => server.Sessions == 2, () => $"{server.Sessions} sessions");
        (await ReadAsync(await DialAsync(server))).ShouldBe(SocketError.ConnectionReset);
        (await first.AskAsync(new byte[1])).Outcome.ShouldBe(AskOutcome.Answered);
    }

    [Fact]
    public async Task AHandlerThatThrows_EndsItsSession_AndNoOther()
    {
        await using var server = Serve((_, message) => message.Payload.Length == 0 ? throw new InvalidDataException("empty") : Echo(_, message));
        var broken = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        await using var whole = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        var dismissed = new TaskCompletionSource<Dismissal>();
        broken.Dismissed += (_, dismissal) => dismissed.TrySetResult(dismissal);
        var answer = broken.AskAsync(default);
        (await dismissed.Task.WaitAsync(Eventually.Limit)).Reason.ShouldBe(DismissReason.Application);
        (await broken.AskAsync(new byte[1])).ShouldSatisfyAllConditions(refused => refused.Outcome.ShouldBe(AskOutcome.Refused));
        (await whole.AskAsync(new byte[1])).Outcome.ShouldBe(AskOutcome.Answered);
        broken.Abort();
        (await answer).Outcome.ShouldBe(AskOutcome.Unknown, "it had begun");
    }

    [Fact]
    public async Task SomethingElseThanFarewell_IsNamed()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var answering = Task.Run(async () =>
        {
            using var socket = await listener.AcceptAsync();
            await socket.SendAsync("SSH-2.0-OpenSSH\r\n"u8.ToArray());
            await ReadAsync(socket);
        });
        var thrown = await Should.ThrowAsync<FarewellException>(() => FarewellClient.ConnectAsync((IPEndPoint)listener.LocalEndPoint!));
        thrown.Message.ShouldContain("does not speak Farewell");
        await answering;
    }

    [Fact]
    public async Task NobodyThere_IsSaidWithItsRemedy()
    {
        var thrown = await Should.ThrowAsync<FarewellException>(() => FarewellClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 1)));
        thrown.Message.ShouldContain("nothing listens there");
    }

    private static FarewellServer Serve(MessageHandler handler) => FarewellServer.Start(new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0) }, handler);

    private static ValueTask Echo(FarewellSession session, Message message)
    {
        if (message.IsAsk)
        {
            message.Answer(message.Payload);
            return default;
        }

        session.TrySend(message.Payload);
        return default;
    }

    private static async Task<Socket> DialAsync(FarewellServer server)
    {
        // Synchronously: a reset that comes at once is an error of the first read then, not of the connect.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Task.Yield();
        socket.Connect(server.LocalEndPoint);
        return socket;
    }

    private static async Task<SocketError> ReadAsync(Socket socket)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[100]) > 0)
            {
            }

            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }
}
