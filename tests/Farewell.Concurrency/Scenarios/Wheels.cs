using Farewell.Server;
using Farewell.Timing;

namespace Farewell.Concurrency.Scenarios;

/// <summary>The wheel of deadlines and the registry of connections, by themselves.</summary>
internal static class Wheels
{
    private static readonly SessionReport Left = new()
    {
        Role = Protocol.Role.Stayer,
        Cause = Protocol.Cause.Left,
        What = Protocol.Violation.None,
        Ending = default!,
        Messages = default,
        AsksUnknown = 0,
        AsksRefused = 0,
        Received = 0,
        Duration = default,
        RemoteEndPoint = null,
    };

    public static IEnumerable<Scenario> All =>
    [
        new("deadlines set, moved and forgotten while the wheel turns", run => TurnAsync(run, isPunctual: false)) { TimePasses = true },
        new("deadlines that nobody is late for", run => TurnAsync(run, isPunctual: true)),
        new("the registry empties while it is waited for", EmptyAsync),
    ];

    private static async Task TurnAsync(Run run, bool isPunctual)
    {
        var wheel = new DeadlineWheel(run.Clock);
        var entries = Enumerable.Range(0, 3).Select(_ => new Sleeper(wheel, isPunctual)).ToArray();
        await Tasks.WhenAll(
            run.Act("setter", () =>
            {
                foreach (var entry in entries)
                {
                    entry.Sleep(TimeSpan.FromMilliseconds(20));
                }

                return Task.CompletedTask;
            }),
            run.Act("mover", () =>
            {
                entries[0].Sleep(TimeSpan.FromMilliseconds(15));
                entries[1].Sleep(TimeSpan.FromMilliseconds(6_000));
                return Task.CompletedTask;
            }),
            run.Act("forgetter", () =>
            {
                wheel.Forget(entries[2]);
                entries[2].Sleep(TimeSpan.FromMilliseconds(30));
                return Task.CompletedTask;
            }));
        for (var waited = 0; waited < 100 && !Array.TrueForAll(entries, entry => entry.Woken > 0); waited++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), run.Clock);
        }

        ThrowUnless(Array.TrueForAll(entries, entry => entry.Woken > 0), "deadlines: somebody was never woken");
    }

    private static async Task EmptyAsync(Run run)
    {
        var wheel = new DeadlineWheel(run.Clock);
        var registry = new Registry();
        Sleeping[] drivers = [new(), new()];
        StopTally? tally = null;
        registry.Add(drivers[0]);
        await Tasks.WhenAll(
            run.Act("comes and goes", () =>
            {
                registry.Add(drivers[1]);
                registry.Remove(drivers[1], Left);
                return Task.CompletedTask;
            }),
            run.Act("goes", () =>
            {
                registry.Remove(drivers[0], Left);
                return Task.CompletedTask;
            }),
            run.Act("waits", registry.WhenEmpty),
            run.Act("tallies, then waits", async () =>
            {
                tally = registry.Tally();
                await registry.WhenEmpty();
            }));
        var report = tally!.ToReport(0, default);
        ThrowUnless(registry.Count == 0, $"counts: {registry.Count} are left of none");
        ThrowUnless(report.Left >= report.Sessions, $"counts: {report}");
        wheel.Dispose();
    }

    /// <summary>Wants to be woken at a time, and not before.</summary>
    private sealed class Sleeper(DeadlineWheel wheel, bool isPunctual) : Scheduled
    {
        private TimeSpan _earliest = TimeSpan.MaxValue;

        public int Woken { get; private set; }

        public void Sleep(TimeSpan time)
        {
            var at = wheel.Now + time;
            _earliest = at < _earliest ? at : _earliest;
            wheel.Wake(this, at);
        }

        public override void Tick()
        {
            ThrowUnless(wheel.Now >= _earliest, $"deadlines: woken at {wheel.Now}, before {_earliest}");
            ThrowUnless(!isPunctual || Woken > 0 || wheel.Now < _earliest + 2 * DeadlineWheel.Slot, $"deadlines: woken at {wheel.Now}, long after {_earliest}");
            Woken++;
        }
    }

    /// <summary>A driver that is only counted.</summary>
    private sealed class Sleeping : Carriers.Driver
    {
        public override void Start()
        {
        }

        public override void Dismiss(Protocol.DismissReason reason, TimeSpan? grace, TimeSpan? retryAfter, TimeSpan? hard)
        {
        }

        public override void Abort()
        {
        }

        public override bool Received(ReadOnlyMemory<byte> octets) => true;

        public override void EndOfStream()
        {
        }

        public override void Lost(Carriers.Loss how)
        {
        }

        public override void Sent(int count)
        {
        }

        public override void Ended(Sockets.SocketEnd end)
        {
        }

        public override void Tick()
        {
        }
    }
}
