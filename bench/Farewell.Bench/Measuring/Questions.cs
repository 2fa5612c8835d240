using System.Globalization;
using System.Runtime.Versioning;

namespace Farewell.Bench.Measuring;

/// <summary>The questions that the bench answers, each by interleaved rounds: every round asks every subject once.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Questions(Harness harness, IReadOnlyList<Subject> subjects, int rounds, double seconds, Action<string> say)
{
    /// <summary>CPU and rate of an echo.</summary>
    public IEnumerable<Measurement> Echo(IEnumerable<EchoCase> cases)
    {
        var servers = StartAll();
        try
        {
            List<Measurement> found = [.. First(servers)];
            foreach (var one in cases)
            {
                found.AddRange(Rounds(one.ToString(), servers, server => Echo(server, one, seconds)).Select(pair =>
                    Of(one.ToString(), pair.Server.Subject, pair.Turns) with { AllocatedBytesPerOp = Allocated(pair.Server, one) }));
            }

            return found;
        }
        finally
        {
            End(servers);
        }
    }

    /// <summary>Dialled, greeted, one message and one answer, and left.</summary>
    public IEnumerable<Measurement> Ends()
    {
        var servers = StartAll();
        try
        {
            return
            [
                .. ((string[])["fin", "unheld-fin", "reset"]).SelectMany(departure =>
                    Rounds(departure, servers, server => Run(server, line => line.Ended, seconds, "ends", "32", "128", departure, Text(seconds + 1)))
                        .Select(pair => Of($"ends {departure}", pair.Server.Subject, pair.Turns))),
            ];
        }
        finally
        {
            End(servers);
        }
    }

    /// <summary>Latency at a share of each subject's own capacity; asks are due at even times, answered or not.</summary>
    public IEnumerable<Measurement> Latency()
    {
        var servers = StartAll();
        try
        {
            var one = new EchoCase(64, 128, 1);
            foreach (var server in servers)
            {
                _ = Echo(server, one, 5);
            }

            var capacities = Rounds("capacity", servers, server => Echo(server, one, seconds)).ToDictionary(pair => pair.Server, pair => pair.Turns.Select(turn => turn.Ops / turn.Seconds).Median());
            return
            [
                .. ((int[])[50, 90]).SelectMany(share => Rounds($"{share} %", servers, server => Pace(server, capacities[server] * share / 100))
                    .Select(pair =>
                    {
                        var lines = pair.Turns.SelectMany(turn => turn.Lines).ToList();
                        var calm = lines.Select(line => line.P99).LowerQuartile();
                        return new Measurement($"latency {share} %", pair.Server.Subject.Name)
                        {
                            OpsPerSecond = capacities[pair.Server] * share / 100,
                            P50Micros = lines.Select(line => line.P50).Median(),
                            P99Micros = lines.Select(line => line.P99).Median(),
                            P99CalmMicros = calm,
                            P999Micros = lines.Select(line => line.P999).Median(),
                            CpuMicrosPerOp = pair.Turns.Select(turn => turn.Micros / turn.Ops).Median(),
                            Figures = [calm],
                        };
                    })),
            ];
        }
        finally
        {
            End(servers);
        }
    }

    /// <summary>Resident memory of connections that have said something and say nothing now.</summary>
    public IEnumerable<Measurement> Idle(int connections)
    {
        foreach (var subject in subjects)
        {
            say($"idle {subject.Name}");
            using var server = harness.Start(subject);
            using (var warm = harness.Load(server, "idle", "500", "128"))
            {
                _ = warm.Next();
                _ = warm.End();
            }

            var heap = server.Settle();
            var before = server.Resident;
            using var load = harness.Load(server, "idle", Text(connections), "128");
            var opened = load.Next();
            var living = (server.Settle() - heap) / opened.Opened;
            var each = (double)(server.Resident - before) / opened.Opened;
            _ = load.End();
            yield return new Measurement($"idle {connections}", subject.Name) { RssBytesPerConnection = each, Figures = [each], Note = $"{living:N0} B of living objects{(opened.Failed > 0 ? $", {opened.Failed} failed" : "")}" };
        }
    }

    /// <summary>A graceful stop with idle guests that leave when asked to.</summary>
    public IEnumerable<Measurement> Stop(int connections)
    {
        foreach (var subject in subjects.Where(subject => subject.Name is "farewell-engine" or Subject.Native or "farewell-portable" or "farewell-kestrel"))
        {
            say($"stop {subject.Name}");
            using var server = harness.Start(subject);
            using var load = harness.Load(server, "idle", Text(connections), "128");
            var opened = load.Next();
            var cpu = server.CpuMicros;
            var began = TimeProvider.System.GetTimestamp();
            var report = server.Say("stop");
            var took = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            var used = server.CpuMicros - cpu;
            var end = load.End();
            yield return new Measurement($"stop {connections}", subject.Name)
            {
                StopSeconds = took,
                CpuMicrosPerOp = used / opened.Opened,
                Figures = [took],
                Note = $"{report}; of the guests {end.Dismissed:N0} dismissed, {end.Goodbyes:N0} heard Goodbye, {end.Failed:N0} lost",
            };
        }
    }

    /// <summary>The first five seconds of fresh processes.</summary>
    private IEnumerable<Measurement> First(IReadOnlyList<ServerProcess> servers)
    {
        say("the first 5 seconds");
        return [.. servers.Select(server => Of("echo 64 x 128 B x 1, first 5 s", server.Subject, [Echo(server, new EchoCase(64, 128, 1), 5)]))];
    }

    private IReadOnlyList<ServerProcess> StartAll() => [.. subjects.Select(harness.Start)];

    private static void End(IEnumerable<ServerProcess> servers)
    {
        foreach (var server in servers)
        {
            server.Dispose();
        }
    }

    private List<(ServerProcess Server, List<Turn> Turns)> Rounds(string what, IReadOnlyList<ServerProcess> servers, Func<ServerProcess, Turn> turn)
    {
        var all = servers.Select(server => (Server: server, Turns: new List<Turn>())).ToList();
        for (var round = 1; round <= rounds; round++)
        {
            say($"{what}, round {round} of {rounds}");
            foreach (var (server, turns) in all)
            {
                turns.Add(turn(server));
            }
        }

        return all;
    }

    private Turn Echo(ServerProcess server, EchoCase one, double time) =>
        Run(server, line => line.Answers, time, "echo", Text(one.Connections), Text(one.Size), Text(one.InFlight), Text(time));

    private Turn Pace(ServerProcess server, double rate) => Run(server, line => line.Answers, seconds, "pace", "64", "128", Text(Math.Max(1, (int)rate)), Text(Math.Floor(seconds) + 0.9));

    /// <summary>From when every connection is open to before the first one ends; null for a program without a collector.</summary>
    private double? Allocated(ServerProcess server, EchoCase one)
    {
        if (server.Subject.Name == Subject.Limit)
        {
            return null;
        }

        using var load = harness.Load(server, "echo", Text(one.Connections), Text(one.Size), Text(one.InFlight), "3.5");
        _ = load.Next();
        _ = load.Next();
        var before = server.Allocated;
        var ops = load.Next().Answers + load.Next().Answers;
        return (double)(server.Allocated - before) / ops;
    }

    private Turn Run(ServerProcess server, Func<LoadLine, long> count, double time, params string[] what)
    {
        using var load = harness.Load(server, what);
        var opened = load.Next();
        var (cpu, ops, took) = (server.CpuMicros, 0L, 0.0);
        LoadLine line;
        List<LoadLine> lines = [];
        do
        {
            lines.Add(line = load.Next());
            (ops, took) = (ops + count(line), took + line.Seconds);
        }
        while (line.Phase != "end");
        if (opened.Failed + line.Failed > 0)
        {
            say($"{server.Subject.Name}: {opened.Failed + line.Failed} failed");
        }

        return new Turn(Math.Max(1, ops), took, server.CpuMicros - cpu, [.. lines.Where(one => one.Phase == "second").DefaultIfEmpty(line)]);
    }

    private static Measurement Of(string name, Subject subject, IReadOnlyCollection<Turn> turns)
    {
        var cpu = turns.Select(turn => turn.Micros / turn.Ops).ToList();
        return new Measurement(name, subject.Name)
        {
            CpuMicrosPerOp = cpu.Median(),
            OpsPerSecond = turns.Select(turn => turn.Ops / turn.Seconds).Median(),
            P50Micros = turns.Select(turn => turn.Lines[^1].P50).Median(),
            P99Micros = turns.Select(turn => turn.Lines[^1].P99).Median(),
            Figures = cpu,
        };
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    /// <param name="Ops">Answers, or endings.</param>
    /// <param name="Seconds">The time they took.</param>
    /// <param name="Micros">The server's processor time.</param>
    /// <param name="Lines">What the load said of each whole second.</param>
    private sealed record Turn(long Ops, double Seconds, double Micros, IReadOnlyList<LoadLine> Lines);
}

/// <summary>How many connections, octets of a message, and messages under way on each.</summary>
internal readonly record struct EchoCase(int Connections, int Size, int InFlight)
{
    // The load's asks are one frame each, and so are their answers, which have 8 octets more.
    private const int LargestMessage = 65_527;

    public override string ToString() => $"echo {Connections} x {Size} B x {InFlight}";

    public static IEnumerable<EchoCase> Few => [new(64, 128, 1), new(256, 128, 1)];

    /// <summary>How cost grows with connections and with the size of messages.</summary>
    public static IEnumerable<EchoCase> Growth =>
    [
        .. ((int[])[10, 100, 1000, 5000, 15_000]).Select(static connections => new EchoCase(connections, 128, 1)),
        .. ((int[])[64, 1024, 4096, 16_384]).Select(static size => new EchoCase(64, size, 1)),
    ];

    public static IEnumerable<EchoCase> All =>
        from connections in (int[])[1, 64, 256, 1000]
        from size in (int[])[64, 128, 4096]
        from inFlight in (int[])[1, 16]
        select new EchoCase(connections, size, inFlight);

    /// <summary>Reads cases as in <c>64x128x16,1x4096x1</c>.</summary>
    public static bool TryParse(string text, out IEnumerable<EchoCase> cases)
    {
        List<EchoCase> read = [];
        cases = read;
        foreach (var one in text.Split(','))
        {
            int[] numbers = [.. one.Split('x').Select(static number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0)];
            if (numbers is not [> 0 and <= 60_000, > 0 and <= LargestMessage, > 0 and <= 1000])
            {
                return false;
            }

            read.Add(new EchoCase(numbers[0], numbers[1], numbers[2]));
        }

        return true;
    }
}
