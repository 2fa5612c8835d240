using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.Versioning;
using Farewell.Protocol.Sessions;
using Farewell.Testing;

namespace Farewell.Tests.Soak;

/// <summary>What a soak came to.</summary>
internal sealed record SoakResult(int Kills, long Sessions, long Answered, long Served, int DeliveredTwice, bool IsWhole, int OpenSessions, int DescriptorsMore, long HeapMore, string Clients);

/// <summary>
/// A server under clients that come and go, are killed, read slowly, and lose one segment of fifty, for as long as asked: <c>dotnet run --project tests/Farewell.Tests -- soak MINUTES</c>.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class SoakRun
{
    private const int Processes = 4;

    public static async Task<SoakResult> RunAsync(TimeSpan time, Action<string> say)
    {
        using var network = new VethNetwork();
        Lose(network);
        var served = 0L;
        var twice = 0;
        await using var server = FarewellServer.Start(
            new FarewellServerOptions
            {
                Listener = network.Listen(),
                Limits = SessionLimits.Stayer with { Idle = TimeSpan.FromSeconds(20), Ping = TimeSpan.FromSeconds(5), Pong = TimeSpan.FromSeconds(5) },
                MaxAge = TimeSpan.FromSeconds(10),
            },
            async (session, message) =>
            {
                var number = BinaryPrimitives.ReadInt64BigEndian(message.Payload.Span);

                // A client counts down within a session: a number that does not fall came twice or out of order.
                if (session.UserState is long before && number >= before)
                {
                    Interlocked.Increment(ref twice);
                }

                session.UserState = number;
                if (Interlocked.Increment(ref served) % 50 == 0)
                {
                    await Task.Delay(20);
                }

                if (message.IsAsk)
                {
                    message.Answer(message.Payload);
                }
            });

        var random = new Random(1);
        var (heap, descriptors) = (0L, 0);
        var clients = Enumerable.Range(0, Processes).Select(_ => Start(network, server)).ToList();
        var kills = 0;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time;)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            var victim = random.Next(Processes);
            await clients[victim].KillAsync();
            clients[victim].Dispose();
            clients[victim] = Start(network, server);
            kills++;
            if (heap == 0 && clock.Elapsed > Min(time / 2, TimeSpan.FromSeconds(30)))
            {
                (heap, descriptors) = (GC.GetTotalMemory(forceFullCollection: true), Descriptors());
            }

            say($"{clock.Elapsed:mm\\:ss} {kills} kills, {Interlocked.Read(ref served)} served, {server.Sessions} sessions, {Descriptors()} descriptors, {GC.GetTotalMemory(false) / 1024:N0} KiB of heap");
        }

        SoakTally all = new();
        List<string> told = [];
        var whole = true;
        var (sessions, answered) = (0L, 0L);
        foreach (var client in clients)
        {
            var line = (await client.EndAsync()).Trim();
            all = SoakTally.Parse(line);
            whole &= all.IsWhole;
            sessions += all.Sessions;
            answered += all.Answered;
            told.Add(line);
            client.Dispose();
        }

        // Those of the killed are found dead by their Pings.
        await Eventually.HoldsAsync(() => server.Sessions == 0, () => $"{server.Sessions} sessions are left");
        return new SoakResult(kills, sessions, answered, served, twice, whole, server.Sessions, Descriptors() - descriptors,
            GC.GetTotalMemory(forceFullCollection: true) - heap, string.Join(Environment.NewLine, told));
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static int Descriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    private static ChildProcess Start(VethNetwork network, FarewellServer server) => network.Client.Run(() => ChildProcess.Start(SoakClient.Name, server.LocalEndPoint.ToString()));

    /// <summary>Drops one in fifty of the segments that reach either host.</summary>
    private static void Lose(VethNetwork network)
    {
        var nft = Require.Tool("nft", "nftables");
        foreach (var host in new[] { network.Client, network.Server })
        {
            host.Run(() =>
            {
                foreach (var rule in new[] { "add table ip soak", "add chain ip soak in { type filter hook input priority 0 ; }", "add rule ip soak in ip protocol tcp numgen random mod 50 0 drop" })
                {
                    using var process = Process.Start(nft, rule);
                    process.WaitForExit();
                    process.ExitCode.ShouldBe(0, rule);
                }
            });
        }
    }
}
