using System.Net;
using System.Net.Sockets;
using Farewell.Carriers;
using Farewell.Engine;
using Farewell.Sockets;
using Farewell.Timing;

namespace Farewell.Concurrency.Scenarios;

/// <summary>The event loops by themselves: what is posted to them, what they dial, what two threads do to one connection, and their end.</summary>
internal static class Loops
{
    private static readonly Func<EndPoint, EventLoops, CancellationToken, Task<Transport>> Dial =
        typeof(Transport).Assembly.GetType("Farewell.Carriers.Wire")!.GetMethod("DialOnLoop")!.CreateDelegate<Func<EndPoint, EventLoops, CancellationToken, Task<Transport>>>();

    public static IEnumerable<Scenario> All =>
    [
        new("calls posted to a loop from everywhere", PostAsync),
        new("a loop disposed of from everywhere", DisposeAsync),
        new("connections dialled by loops, some given up", DialAsync),
        Carried.OnLoops(new("octets both ways, ended by both", run => StreamAsync(run, End.Crossing))),
    ];

    /// <summary>Those of any transport.</summary>
    public static IEnumerable<Scenario> OfTransports =>
    [
        new("octets both ways, read by turns", run => StreamAsync(run, End.Orderly)),
        new("octets both ways, cut by a reset", run => StreamAsync(run, End.Reset)),
    ];

    private enum End
    {
        Orderly,
        Reset,
        Crossing,
    }

    private static async Task PostAsync(Run run)
    {
        var wheel = new DeadlineWheel(run.Clock);
        var loop = new EventLoop("loop", wheel, DrainLimit.Default);
        var entry = new Entry(run, loop);
        LoopCall[][] calls = [[LoopCall.Start, LoopCall.Resume, LoopCall.Lose], [LoopCall.End, LoopCall.Release, LoopCall.Deadline]];
        await Tasks.WhenAll(calls.Select((mine, number) => run.Act($"poster {number}", () =>
        {
            foreach (var call in mine)
            {
                loop.Post(entry, call);
            }

            return Task.CompletedTask;
        })));
        await entry.Called(6);
        foreach (var mine in calls)
        {
            ThrowUnless(entry.Calls.Where(mine.Contains).SequenceEqual(mine), $"sequence: posted {string.Join(' ', mine)}, called {string.Join(' ', entry.Calls)}");
        }

        await DisposeAllAsync(run, loop);
    }

    private static async Task DisposeAsync(Run run)
    {
        var wheel = new DeadlineWheel(run.Clock);
        var loop = new EventLoop("loop", wheel, DrainLimit.Default);
        var entry = new Entry(run, loop);
        await Tasks.WhenAll(
            run.Act("poster", () =>
            {
                loop.Post(entry, LoopCall.Resume);
                loop.Post(entry, LoopCall.Lose);
                return Task.CompletedTask;
            }),
            DisposeAllAsync(run, loop),
            run.Act("disposing by itself", () =>
            {
                loop.Post(new Disposer(loop), LoopCall.End);
                return Task.CompletedTask;
            }));
        ThrowUnless(entry.Calls.Count <= 2, $"sequence: called {string.Join(' ', entry.Calls)}");
    }

    private static async Task DisposeAllAsync(Run run, EventLoop loop)
    {
        await Tasks.WhenAll(Enumerable.Range(0, 2).Select(number => run.Act($"disposing {number}", () =>
        {
            loop.Dispose();
            return Task.CompletedTask;
        })));

        // Who comes second, and the loop itself, do not wait for the thread.
        while (run.Threads > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), run.Clock);
        }
    }

    private static async Task DialAsync(Run run)
    {
        var wheel = new DeadlineWheel(run.Clock);
        using var loops = new EventLoops("dialler", run.Random.Next(1, 3), wheel);
        using var giveUp = new CancellationTokenSource();
        var listener = run.Network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var server = (IPEndPoint)listener.LocalEndPoint!;
        var nobody = new IPEndPoint(IPAddress.Loopback, 9);
        await Tasks.WhenAll(
            run.Act("dialling", () => TryAsync(server, default)),
            run.Act("dialling again and again", async () =>
            {
                await TryAsync(server, default);
                await TryAsync(nobody, default);
                await TryAsync(server, default);
            }),
            run.Act("dialling in doubt", () => TryAsync(server, giveUp.Token)),
            run.Act("dialling nobody in doubt", () => TryAsync(nobody, giveUp.Token)),
            run.Act("giving up", () =>
            {
                giveUp.Cancel();
                return Task.CompletedTask;
            }));
        listener.Dispose();

        async Task TryAsync(IPEndPoint to, CancellationToken cancellation)
        {
            try
            {
                var transport = await Dial(to, loops, cancellation);
                var sink = new Sink(run, transport, int.MaxValue);
                transport.Start();
                sink.End(TransportEnd.Reset);
                ThrowUnless((await sink.Conclusion).Kind == SocketEndKind.Reset && to == server, "order: a connection to nobody, or not reset as asked");
            }
            catch (SocketException refused)
            {
                ThrowUnless(to == nobody && refused.SocketErrorCode == SocketError.ConnectionRefused, $"order: {to} said {refused.SocketErrorCode}");
            }
            catch (OperationCanceledException)
            {
                ThrowUnless(cancellation.IsCancellationRequested, "order: given up, though nobody asked for that");
            }
        }
    }

    private static async Task StreamAsync(Run run, End how)
    {
        const int Octets = 700;
        var wheel = new DeadlineWheel(run.Clock);
        var (one, other) = Carried.Pair(run, wheel);
        Sink leaver = new(run, one, 3), stayer = new(run, other, 2);
        run.Begin("start leaver", one.Start);
        run.Begin("start stayer", other.Start);

        // The last octet says that everything was read: who has it may leave, from where it was read.
        leaver.WhenGot(Octets, () => leaver.End(how == End.Reset ? TransportEnd.Reset : TransportEnd.Depart));
        Task[] senders =
        [
            run.Act("leaver's sender", () => leaver.SendAsync(Octets)),
            run.Act("stayer's sender", async () =>
            {
                await stayer.SendAsync(how == End.Reset ? Octets : Octets - 1);
                await Tasks.WhenAny(stayer.Got(Octets), stayer.Over);
                await stayer.SendAsync(1);
            }),
        ];
        if (how == End.Crossing)
        {
            await run.Act("stayer leaving too", async () =>
            {
                await senders[1];
                stayer.End(TransportEnd.Depart);
            });
        }
        else
        {
            await stayer.Over;
            stayer.End(how == End.Reset ? TransportEnd.Release : TransportEnd.Close);
        }

        var (first, second) = (await leaver.Conclusion, await stayer.Conclusion);
        await Tasks.WhenAll(senders);
        ThrowUnless(leaver.Ends == 1 && stayer.Ends == 1, $"reports: {leaver.Ends} and {stayer.Ends} ends told");
        ThrowUnless(how switch
        {
            End.Reset => first.Kind == SocketEndKind.Reset && stayer.Loss == Loss.Reset,
            End.Orderly => first.Kind == SocketEndKind.Orderly && second.Kind == SocketEndKind.Passive && stayer.Loss is null,
            _ => first.Kind is SocketEndKind.Orderly or SocketEndKind.Passive or SocketEndKind.ResetByPeerAfterFin && second.Kind is SocketEndKind.Orderly or SocketEndKind.Passive or SocketEndKind.Reset,
        }, $"order: {first.Kind} and {second.Kind}, {stayer.Loss}");
    }

    /// <summary>Notes its calls.</summary>
    private sealed class Entry(Run run, EventLoop loop) : ILoopEntry
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _awaited = int.MaxValue;

        public List<LoopCall> Calls { get; } = [];

        public Task Called(int count)
        {
            _awaited = count;
            if (Calls.Count >= count)
            {
                _all.TrySetResult();
            }

            return run.Expect("all calls", _all.Task);
        }

        public void Ready(Readiness readiness)
        {
        }

        public void Called(LoopCall call)
        {
            ThrowUnless(loop.IsHere, "threads: called elsewhere than on the loop's");
            Calls.Add(call);
            if (Calls.Count >= _awaited)
            {
                _all.TrySetResult();
            }
        }
    }

    /// <summary>Disposes of the loop that calls it.</summary>
    private sealed class Disposer(EventLoop loop) : ILoopEntry
    {
        public void Ready(Readiness readiness)
        {
        }

        public void Called(LoopCall call) => loop.Dispose();
    }
}
