using System.Diagnostics;
using System.Runtime.Versioning;
using Farewell.Testing;

namespace Farewell.Tests.Soak;

/// <summary>
/// A server under clients that come and go, are killed, read slowly, and lose one segment of fifty, for as long as asked: <c>dotnet run --project tests/Farewell.Tests -- soak MINUTES</c>.
/// It counts descriptors and heap of its process, and so is one of its own.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class SoakRun
{
    private const int Processes = 4;

    // What a process that was killed leaves is found dead by a Ping, 10 s; what the loss delays is sent again after 0.2 to some 6 s; then the grace.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<SoakResult> RunAsync(TimeSpan time, Action<string> say)
    {
        using var network = new VethNetwork();
        Lose(network);
        var server = new SoakServer(network.Listen());
        var random = new Random(1);
        var (heap, descriptors) = (0L, 0);
        var clients = Enumerable.Range(0, Processes).Select(_ => Start(network, server)).ToList();
        var kills = 0;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time;)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            var victim = random.Next(Processes);
            await clients[victim].UntilAsync(SoakClient.UnderWay, Patience);
            await clients[victim].KillAsync();
            clients[victim].Dispose();
            clients[victim] = Start(network, server);
            kills++;
            if (heap == 0 && clock.Elapsed > Min(time / 2, TimeSpan.FromSeconds(30)))
            {
                (heap, descriptors) = (Heap(), Descriptors());
            }

            say($"{clock.Elapsed:mm\\:ss} {kills} kills, {server.Served} served, {server.Pushed} pushed, {server.Server.Sessions} sessions, {Descriptors()} descriptors, {GC.GetTotalMemory(false) / 1024:N0} KiB of heap");
        }

        List<string> told = [];
        foreach (var client in clients)
        {
            await client.UntilAsync(SoakClient.UnderWay, Patience);
            told.Add((await client.EndAsync(Patience)).Trim());
            client.Dispose();
        }

        for (var clock = Stopwatch.StartNew(); (server.Server.Sessions > 0 || server.Running > 0) && clock.Elapsed < Patience;)
        {
            await Task.Delay(100);
        }

        var (open, heapMore, descriptorsMore) = (server.Server.Sessions, Heap() - heap, Descriptors() - descriptors);
        var alive = server.Alive;
        await server.DisposeAsync();
        var tallies = told.Select(SoakTally.Parse).ToList();
        return new SoakResult
        {
            Minutes = time.TotalMinutes,
            Kills = kills,
            Sessions = server.Ended,
            Served = server.Served,
            Answered = tallies.Sum(static tally => tally.Answered),
            Pushed = server.Pushed,
            Unconfirmed = server.Unconfirmed,
            Untold = server.Untold,
            DeliveredTwice = server.DeliveredTwice,
            IsWhole = tallies.TrueForAll(static tally => tally.IsWhole),
            Running = server.Running,
            Open = open,
            Alive = alive,
            DescriptorsMore = descriptorsMore,
            HeapMore = heapMore,
            Clients = told,
        };
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static int Descriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    private static long Heap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static ChildProcess Start(VethNetwork network, SoakServer server) => network.Client.Run(() => ChildProcess.Start(SoakClient.Name, server.Server.LocalEndPoint.ToString()));

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
                    process.WaitForExit(Eventually.Limit).ShouldBeTrue(rule);
                    process.ExitCode.ShouldBe(0, rule);
                }
            });
        }
    }
}
