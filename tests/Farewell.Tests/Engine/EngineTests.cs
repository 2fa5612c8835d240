using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Farewell.Sockets;
using Farewell.Tests.Conformance;

namespace Farewell.Tests.Engine;

/// <summary>What only the event loops have to keep, beside what every carrier has.</summary>
[SupportedOSPlatform("linux")]
public sealed class EngineTests
{
    [Fact]
    public async Task AFlood_DoesNotStarveOthersOnTheSameLoop()
    {
        var others = 0;
        var flooding = new TaskCompletionSource();
        await using var server = Serve(1, (session, message) =>
        {
            if (message.Payload.Length > 1)
            {
                flooding.TrySetResult();
            }
            else
            {
                Interlocked.Increment(ref others);
            }

            return Echo(session, message);
        });
        var loud = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        var quiet = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        using var enough = new CancellationTokenSource();
        var flood = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested && (await loud.SendAsync(new byte[1000])).Outcome == SendOutcome.Accepted)
            {
            }
        });
        await flooding.Task.WaitAsync(Eventually.Limit);
        for (var i = 1; i <= 200; i++)
        {
            (await quiet.AskAsync(new byte[1]).AsTask().WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Answered);
            flood.IsCompleted.ShouldBeFalse("the flood goes on all the while");
        }

        others.ShouldBe(200);
        await enough.CancelAsync();
        await flood;
        await loud.DisposeAsync();
        await quiet.DisposeAsync();
    }

    [Fact]
    public async Task ABurstOfAsks_IsAnsweredBeforeItsLastHandlerHasReturned()
    {
        const int Asks = 400;
        var handled = 0;
        using ManualResetEventSlim isAsked = new(), isAnswered = new();
        await using var server = Serve(1, (session, message) =>
        {
            switch (++handled)
            {
                case 1:
                    isAsked.Wait(Eventually.Limit).ShouldBeTrue("the others lie behind the first, to be received together");
                    break;
                case Asks:
                    // Not for as long as else: the next deadline of the session, 10 s after it began, would have it sent anyway.
                    isAnswered.Wait(TimeSpan.FromSeconds(5)).ShouldBeTrue("the second answer is there while the last handler runs");
                    break;
            }

            return Echo(session, message);
        });
        await using var client = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        var asks = Enumerable.Range(0, Asks).Select(_ => client.AskAsync(new byte[32]).AsTask()).ToArray();
        isAsked.Set();
        (await asks[1].WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Answered);
        isAnswered.Set();
        (await Task.WhenAll(asks).WaitAsync(Eventually.Limit)).ShouldAllBe(answer => answer.Outcome == AskOutcome.Answered);
    }

    [Fact]
    public async Task AHandlerThatWaits_HoldsNoMemoryOfAMessageBefore()
    {
        using var isSent = new ManualResetEventSlim();
        var held = new TaskCompletionSource<int>();
        var enough = new TaskCompletionSource();
        await using var server = Serve(1, async (_, message) =>
        {
            switch (message.Payload.Length)
            {
                case 2:
                    isSent.Wait(Eventually.Limit).ShouldBeTrue("the others lie behind this, to be received together");
                    break;
                case 1:
                    MemoryMarshal.TryGetArray(message.Payload, out var where).ShouldBeTrue();
                    held.TrySetResult(where.Array!.Length);
                    await enough.Task;
                    message.Answer(default);
                    break;
            }
        });
        await using var client = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        client.TrySend(new byte[2]).Outcome.ShouldBe(SendOutcome.Accepted);
        client.TrySend(new byte[40_000]).Outcome.ShouldBe(SendOutcome.Accepted);
        var ask = client.AskAsync(new byte[1]).AsTask();
        isSent.Set();
        (await held.Task.WaitAsync(Eventually.Limit)).ShouldBeLessThan(100);
        enough.SetResult();
        (await ask.WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Answered);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Connections_AreDealtOutEvenly(int loops)
    {
        Dictionary<int, int> threads = [];
        await using var server = Serve(loops, (_, message) =>
        {
            lock (threads)
            {
                threads[Environment.CurrentManagedThreadId] = threads.GetValueOrDefault(Environment.CurrentManagedThreadId) + 1;
            }

            message.Answer(message.Payload);
            return default;
        });
        for (var i = 0; i < 30; i++)
        {
            var session = await FarewellClient.ConnectAsync(server.LocalEndPoint);
            await session.AskAsync(new byte[1]);
            await session.DisposeAsync();
        }

        threads.Count.ShouldBe(loops);
        threads.Values.ShouldAllBe(count => count == 30 / loops);
    }

    [Fact]
    public async Task APeersReset_CostsNoException()
    {
        await using var server = Serve(1, Echo);
        List<Socket> peers = [];
        for (var i = 0; i < 20; i++)
        {
            var (_, socket) = await OpenAsync(server);
            peers.Add(socket);
        }

        await Eventually.HoldsAsync(() => server.Sessions == 20, () => $"{server.Sessions} sessions");
        var thrown = 0;
        void Note(object? sender, FirstChanceExceptionEventArgs happened)
        {
            if (happened.Exception is SocketException && happened.Exception.StackTrace?.Contains("Farewell.Engine", StringComparison.Ordinal) == true)
            {
                Interlocked.Increment(ref thrown);
            }
        }

        AppDomain.CurrentDomain.FirstChanceException += Note;
        try
        {
            peers.ForEach(static peer => EndSocket.Abort(peer));
            await Eventually.HoldsAsync(() => server.Sessions == 0, () => $"{server.Sessions} sessions are left");
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Note;
        }

        thrown.ShouldBe(0);
    }

    [Fact]
    public async Task HandlersThatBlock_OnTheThreadPool_HoldNobodyElse()
    {
        using var gate = new ManualResetEventSlim();
        var blocked = new TaskCompletionSource();
        var options = new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), Carrier = Carrier.EventLoops, Loops = 1, HandlerThread = HandlerThread.ThreadPool };
        await using var server = FarewellServer.Start(options, (session, message) =>
        {
            if (message.Payload.Length == 2)
            {
                blocked.TrySetResult();
                gate.Wait();
            }

            return Echo(session, message);
        });
        var held = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        var free = await FarewellClient.ConnectAsync(server.LocalEndPoint);
        var waits = held.AskAsync(new byte[2]).AsTask();
        await blocked.Task.WaitAsync(Eventually.Limit);
        (await free.AskAsync(new byte[1]).AsTask().WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Answered);
        waits.IsCompleted.ShouldBeFalse();
        gate.Set();
        (await waits.WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Answered);
        await held.DisposeAsync();
        await free.DisposeAsync();
    }

    [Fact]
    public async Task ADialThatIsGivenUp_LeavesNothing()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);

        // A queue of one: the kernel lets the next dials wait for an answer to their SYN.
        List<Socket> filling = [];
        for (var i = 0; i < 4; i++)
        {
            filling.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
            _ = filling[^1].ConnectAsync(listener.LocalEndPoint!);
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Should.ThrowAsync<OperationCanceledException>(() => FarewellClient.ConnectAsync(listener.LocalEndPoint!, new() { Carrier = Carrier.EventLoops }, patience.Token).WaitAsync(Eventually.Limit));
        filling.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public async Task ANameWithSeveralAddresses_IsDialledUntilOneAnswers()
    {
        await using var server = Serve(1, Echo);
        var session = await FarewellClient.ConnectAsync(new DnsEndPoint("localhost", server.LocalEndPoint.Port));
        (await session.AskAsync(new byte[1])).Outcome.ShouldBe(AskOutcome.Answered);
        await session.DisposeAsync();
    }

    private static FarewellServer Serve(int loops, MessageHandler handler)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Event loops need Linux.");
        return FarewellServer.Start(new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), Carrier = Carrier.EventLoops, Loops = loops }, handler);
    }

    private static ValueTask Echo(FarewellSession session, Message message)
    {
        if (message.IsAsk)
        {
            message.Answer(message.Payload);
        }

        return default;
    }

    /// <summary>A leaver by hand, which has said Hello.</summary>
    private static async Task<(byte[] Heard, Socket Socket)> OpenAsync(FarewellServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.LocalEndPoint);
        await socket.SendAsync(Convert.FromHexString(ScriptedPeer.HelloOfALeaver));
        var heard = new byte[32];
        await socket.ReceiveAsync(heard).WaitAsync(Eventually.Limit);
        return (heard, socket);
    }
}
