using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;

namespace Farewell.Tests.Sessions;

/// <summary>Each policy against a reader that has stopped handling, so that credit, then the queue, runs out.</summary>
public sealed class FullQueueTests : IDisposable
{
    private const int Size = 4 * 1024;

    private readonly Meters _meters = new();
    private readonly TaskCompletionSource _release = new();
    private readonly ConcurrentQueue<int> _handled = [];

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task Wait_WaitsAndLosesNothing()
    {
        await using var server = Serve();
        await using var session = await ConnectAsync(server, FullQueue.Wait);
        var sending = Task.Run(async () =>
        {
            for (var i = 1; i <= 200; i++)
            {
                (await session.SendAsync(Payload(i))).ShouldBe(new SendResult(SendOutcome.Accepted, (uint)i));
            }
        });
        await Eventually.HoldsAsync(() => session.Messages.NotSent == 15, () => $"{session.Messages} of 64 KiB in the queue");
        sending.IsCompleted.ShouldBeFalse();
        session.Dropped.ShouldBe(0);
        _release.SetResult();
        await sending.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task DropNewest_DropsWhatDoesNotFit_AndWhatWasAcceptedArrives()
    {
        await using var server = Serve();
        var session = await ConnectAsync(server, FullQueue.DropNewest);
        var accepted = await FillAsync(session, 200);
        accepted.Count.ShouldBeInRange(1, 199);
        session.Dropped.ShouldBe(200 - accepted.Count);
        _release.SetResult();
        (await session.DeliveredAsync((uint)accepted.Count)).ShouldBeTrue();
        await session.DisposeAsync();
        _handled.ShouldBe(accepted.Select(each => each.Value));
        _meters["farewell.queue.drops{policy=drop-newest}"].ShouldBe(200 - accepted.Count);
    }

    [Fact]
    public async Task DropOldest_DropsWhatWaitsLongest_AndEveryNumberStaysHonest()
    {
        await using var server = Serve();
        var session = await ConnectAsync(server, FullQueue.DropOldest);
        var accepted = await FillAsync(session, 200);
        accepted.Count.ShouldBe(200, "the new one is always taken");
        var dropped = accepted.SelectMany(each => Enumerable.Range((int)each.Result.DroppedFirst, (int)each.Result.DroppedCount)).ToHashSet();
        dropped.Count.ShouldBe((int)session.Dropped);
        dropped.Count.ShouldBeInRange(1, 199);
        var first = dropped.Min();
        (await session.DeliveredAsync((uint)first)).ShouldBeFalse("it was dropped");
        _release.SetResult();
        (await session.DeliveredAsync(200)).ShouldBeTrue("the last was never dropped");
        (await session.DeliveredAsync((uint)first)).ShouldBeFalse("and it stays so");
        await session.DisposeAsync();
        _handled.ShouldBe(Enumerable.Range(1, 200).Where(number => !dropped.Contains(number)));
        (await session.Completion).Messages.ShouldBe(new Tally((uint)(200 - dropped.Count), 0, (uint)dropped.Count));
        _meters["farewell.queue.drops{policy=drop-oldest}"].ShouldBe(dropped.Count);
    }

    [Fact]
    public async Task DropOldest_TellsWhoWaitsForItsDelivery()
    {
        await using var server = Serve();
        await using var session = await ConnectAsync(server, FullQueue.DropOldest);
        var accepted = await FillAsync(session, 100);
        var next = (uint)(accepted[^1].Result.DroppedFirst + accepted[^1].Result.DroppedCount);
        var waits = session.DeliveredAsync(next);
        waits.IsCompleted.ShouldBeFalse();
        session.TrySend(new byte[Size]).DroppedFirst.ShouldBe(next);
        (await waits).ShouldBeFalse();
        _release.SetResult();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_EndsTheSession_AStayerDismisses_ALeaverLeaves(bool byStayer)
    {
        var stuck = new TaskCompletionSource<FarewellSession>();
        await using var server = FarewellServer.Start(
            new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), FullQueue = FullQueue.End, Limits = SessionLimits.Stayer with { Queue = 16 * 1024 } },
            async (session, _) =>
            {
                stuck.TrySetResult(session);
                await _release.Task;
            });
        var dismissed = new TaskCompletionSource<Dismissal>();
        var session = await ConnectAsync(server, FullQueue.End, async (_, _) => await _release.Task);
        session.Dismissed += (_, dismissal) => dismissed.TrySetResult(dismissal);
        session.TrySend(new byte[1]);
        var sender = byStayer ? await stuck.Task.WaitAsync(Eventually.Limit) : session;
        SendResult last;
        do
        {
            last = sender.TrySend(new byte[Size]);
        }
        while (last.Outcome == SendOutcome.Accepted);
        last.Outcome.ShouldBe(SendOutcome.Dropped);
        sender.Dropped.ShouldBe(1);
        if (byStayer)
        {
            (await dismissed.Task.WaitAsync(Eventually.Limit)).Reason.ShouldBe(DismissReason.Application);
        }
        else
        {
            sender.State.ShouldBeOneOf(SessionState.Leaving, SessionState.Waiting);
            sender.TrySend(new byte[1]).Outcome.ShouldBe(SendOutcome.Ending);
        }

        _release.SetResult();
        (await session.Completion.WaitAsync(Eventually.Limit)).Cause.ShouldBe(Cause.Released);
    }

    private FarewellServer Serve() => FarewellServer.Start(new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), Limits = SessionLimits.Stayer with { Largest = 16 * 1024, Window = 64 * 1024 } }, async (_, message) =>
    {
        await _release.Task;
        if (message.Payload.Span[0] == 1)
        {
            _handled.Enqueue(BinaryPrimitives.ReadInt32BigEndian(message.Payload.Span[1..]));
        }
    });

    private Task<FarewellSession> ConnectAsync(FarewellServer server, FullQueue policy, MessageHandler? handler = null) => FarewellClient.ConnectAsync(
        server.LocalEndPoint,
        new FarewellClientOptions { FullQueue = policy, Handler = handler, MeterFactory = _meters, Limits = SessionLimits.Leaver with { Queue = 16 * Size, Largest = 16 * 1024, Window = 64 * 1024 } });

    private static async Task<List<(int Value, SendResult Result)>> FillAsync(FarewellSession session, int count)
    {
        List<(int, SendResult)> accepted = [];
        for (var i = 1; i <= count; i++)
        {
            if (await session.SendAsync(Payload(i)) is { Outcome: SendOutcome.Accepted } result)
            {
                accepted.Add((i, result));
            }
        }

        return accepted;
    }

    private static byte[] Payload(int number)
    {
        var payload = new byte[Size];
        payload[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(1), number);
        return payload;
    }
}
