using System.Net;

namespace Farewell.Tests.Sessions;

/// <summary>What an application may do with a client's session, wisely or not.</summary>
public sealed class ClientTests
{
    [Fact]
    public async Task ManyHandlersWithoutAHandler_LoseNoMessage()
    {
        await using var server = Serve();
        await using var session = await FarewellClient.ConnectAsync(server.LocalEndPoint, new FarewellClientOptions { Handlers = 4 });
        await SendAsync(session, 3);
        using var limit = new CancellationTokenSource(Eventually.Limit);
        List<byte> got = [];
        await foreach (var payload in session.ReadAllAsync(limit.Token))
        {
            got.Add(payload.Span[0]);
            if (got.Count == 3)
            {
                break;
            }
        }

        got.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task AnEnumerationLeftInTheMiddle_IsTakenUpByTheNext()
    {
        await using var server = Serve();
        await using var session = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        await SendAsync(session, 3);
        using var limit = new CancellationTokenSource(Eventually.Limit);
        List<byte> got = [];
        while (got.Count < 3)
        {
            await foreach (var payload in session.ReadAllAsync(limit.Token))
            {
                got.Add(payload.Span[0]);
                break;
            }
        }

        got.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task AnAskWhoseAnswerIsNotWaitedFor_DoesNotMixWithTheNext()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = FarewellServer.Start(new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), Handlers = 2 }, async (_, message) =>
        {
            await release.Task;
            message.Answer(message.Payload);
        });
        await using var session = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        var (one, two) = AskTwice(session);
        release.SetResult();
        (await two.WaitAsync(Eventually.Limit)).Answer.ToArray().ShouldBe([2]);
        (await one.WaitAsync(Eventually.Limit)).Answer.ToArray().ShouldBe([1]);
    }

    /// <summary>On one thread, as an ask that is used again belongs to its thread.</summary>
    private static (Task<AskResult> One, Task<AskResult> Two) AskTwice(FarewellSession session)
    {
        var one = session.AskAsync(new byte[] { 1 });
        Should.Throw<InvalidOperationException>(() => one.GetAwaiter().GetResult());
        return (one.AsTask(), session.AskAsync(new byte[] { 2 }).AsTask());
    }

    private static async Task SendAsync(FarewellSession session, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            (await session.SendAsync(new[] { (byte)i })).Outcome.ShouldBe(SendOutcome.Accepted);
        }
    }

    private static FarewellServer Serve() => FarewellServer.Start(new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0) }, static (session, message) =>
    {
        session.TrySend(message.Payload);
        return default;
    });
}
