using System.Net;
using System.Threading.RateLimiting;
using Farewell.Protocol;
using Farewell.Tests.Sessions;
using Microsoft.Extensions.Logging;

namespace Farewell.Tests.Filters;

public sealed class FilterTests
{
    [Fact]
    public async Task ARateLimit_RefusesAsksAsBusy_AndLetsMessagesPass()
    {
        await using var limiter = new FixedWindowRateLimiter(new() { PermitLimit = 2, Window = TimeSpan.FromHours(1), AutoReplenishment = false });
        var messages = 0;
        await using var server = Serve(SessionFilters.RateLimit(limiter), (_, message) =>
        {
            messages += message.IsAsk ? 0 : 1;
            return Answer(message);
        });
        await using var session = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        List<AskOutcome> outcomes = [];
        for (var i = 0; i < 4; i++)
        {
            outcomes.Add((await session.AskAsync(new byte[1])).Outcome);
        }

        outcomes.ShouldBe([AskOutcome.Answered, AskOutcome.Answered, AskOutcome.Refused, AskOutcome.Refused]);
        (await session.AskAsync(new byte[1])).Reason.ShouldBe(RefusedReason.Busy);
        var sent = await session.SendAsync(new byte[1]);
        (await session.DeliveredAsync(sent.Number)).ShouldBeTrue();
        messages.ShouldBe(1);
    }

    [Fact]
    public async Task AConcurrencyLimit_HoldsItsLeaseWhileTheHandlerRuns()
    {
        await using var limiter = new ConcurrencyLimiter(new() { PermitLimit = 1 });
        var (begun, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = Serve(SessionFilters.RateLimit(limiter), async (_, message) =>
        {
            begun.TrySetResult();
            await release.Task;
            message.Answer(message.Payload);
        });
        await using var first = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        await using var second = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        var running = first.AskAsync(new byte[1]).AsTask();
        await begun.Task.WaitAsync(Eventually.Limit);
        (await second.AskAsync(new byte[1])).Reason.ShouldBe(RefusedReason.Busy);
        release.SetResult();
        (await running).Outcome.ShouldBe(AskOutcome.Answered);
        await Eventually.HoldsAsync(() => limiter.GetStatistics()!.CurrentAvailablePermits == 1, () => "the lease is not given back");
        (await second.AskAsync(new byte[1])).Outcome.ShouldBe(AskOutcome.Answered);
    }

    [Fact]
    public async Task APartitionedLimit_IsForEachSession()
    {
        await using var limiter = PartitionedRateLimiter.Create<FarewellSession, FarewellSession>(session =>
            RateLimitPartition.GetFixedWindowLimiter(session, _ => new() { PermitLimit = 1, Window = TimeSpan.FromHours(1), AutoReplenishment = false }));
        await using var server = Serve(SessionFilters.RateLimit(limiter), (_, message) => Answer(message));
        await using var first = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        await using var second = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        foreach (var session in (FarewellSession[])[first, second])
        {
            (await session.AskAsync(new byte[1])).Outcome.ShouldBe(AskOutcome.Answered);
            (await session.AskAsync(new byte[1])).Outcome.ShouldBe(AskOutcome.Refused);
        }
    }

    [Fact]
    public async Task TheLogFilter_SaysWhatWasHandled_AndIsSilentBelowItsLevel()
    {
        using var lines = new LogLines();
        await using var server = Serve(SessionFilters.Log(lines, LogLevel.Information), (_, message) => Answer(message));
        await using var session = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        await session.AskAsync(new byte[3]);
        await Eventually.HoldsAsync(() => lines.All.Count == 1, () => $"{lines.All.Count} lines");
        lines.All.Single().ShouldStartWith($"Information: Handled ask of 3 octets from {session.LocalEndPoint} in ");
    }

    [Fact]
    public async Task Filters_AreOuterToInner_AndAUsersOwnIsAFunction()
    {
        List<string> order = [];
        SessionFilter Named(string name) => next => (session, message) =>
        {
            order.Add(name);
            return next(session, message);
        };
        var options = new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), Filters = { Named("outer"), Named("inner") } };
        await using var server = FarewellServer.Start(options, (_, message) => Answer(message));
        await using var session = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        await session.AskAsync(new byte[1]);
        order.ShouldBe(["outer", "inner"]);
    }

    private static ValueTask Answer(Message message)
    {
        _ = message.IsAsk && message.Answer(message.Payload);
        return default;
    }

    private static FarewellServer Serve(SessionFilter filter, MessageHandler handler) =>
        FarewellServer.Start(new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), Filters = { filter } }, handler);
}
