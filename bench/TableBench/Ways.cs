using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;
using Farewell.Observation;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;

namespace TableBench;

/// <summary>The same TIME_WAITs read in every way there is, one after another in each round.</summary>
internal static class Ways
{
    private const string Limit = "the limit: a dump in C, its rows only counted";

    /// <param name="wanted">How many.</param>
    /// <param name="limit">The program that shows the limit (<c>native/dump.c</c>); null leaves it out.</param>
    public static void Compare(int wanted, string? limit)
    {
        using var dumper = limit is null ? null : Process.Start(new ProcessStartInfo(limit) { RedirectStandardInput = true, RedirectStandardOutput = true });
        TimeWaits.Make(wanted);
        using var table = ConnectionTable.Open();
        var count = table.Count(new(TcpStates.TimeWait));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} TIME_WAITs to {TimeWaits.Destinations} destinations; user {Environment.UserName}, {Environment.OSVersion}"));
        var ports = new PortTable(PortRange.LinuxDefault);
        using var reader = MachineReader.Open(ownersKept: TimeSpan.FromSeconds(10));
        List<(string Name, Func<long> Run)> ways =
        [
            ("Farewell: PortTable.Read, grouped by destination", () => ports.Read(table, idleBound: false).Rows),
            ("Farewell: MachineReader.Read, with owners", () => reader.Read().States.Total),
            ("Farewell: rows alone, not grouped", () => table.Count(new(TcpStates.Connected))),
            ("ss -Htan state time-wait", () => Output("ss", "-Htan", "state", "time-wait")),
            ("netstat -tan", () => Output("netstat", "-tan")),
            ("cat /proc/net/tcp", () => Output("cat", "/proc/net/tcp")),
            ("IPGlobalProperties.GetActiveTcpConnections", () => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections().Length),
        ];
        if (limit is not null)
        {
            ways.Add((Limit, () => Ask(dumper!)));
        }

        for (var warm = 0; warm < 40; warm++)
        {
            ports.Read(table, idleBound: false); // until the runtime has compiled it for good; netstat and ss are compiled, too
        }

        var processor = ways.Select(_ => new List<double>()).ToArray();
        var times = ways.Select(_ => new List<double>()).ToArray();
        var octets = new long[ways.Count];
        var clock = Stopwatch.StartNew();
        for (var round = -2; round < 15 && (round < 3 || clock.Elapsed < TimeSpan.FromSeconds(22)); round++)
        {
            for (var way = 0; way < ways.Count; way++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                var children = ChildrenProcessor();
                var own = Environment.CpuUsage.TotalTime.TotalMilliseconds;
                var started = Stopwatch.GetTimestamp();
                ways[way].Run();
                var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                if (round >= 0)
                {
                    times[way].Add(took);
                    processor[way].Add(ways[way].Name == Limit ? took : way is 3 or 4 or 5 ? ChildrenProcessor() - children : Environment.CpuUsage.TotalTime.TotalMilliseconds - own);
                    octets[way] = GC.GetTotalAllocatedBytes(precise: true) - before;
                }
            }
        }

        var ours = Median(times[0]);
        var oursProcessor = Median(processor[0]);
        Console.WriteLine($"{"way",-52} {"median ms",9} {"min ms",8} {"ratio",6} {"CPU ms",8} {"ratio",6} {"allocated",12}   n={times[0].Count}, {table.Count(new(TcpStates.TimeWait))} left at the end");
        for (var way = 0; way < ways.Count; way++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{ways[way].Name,-52} {Median(times[way]),9:0.0} {times[way].Min(),8:0.0} {Median(times[way]) / ours,6:0.0} {Median(processor[way]),8:0.0} {Median(processor[way]) / oursProcessor,6:0.0} {(way is 3 or 4 or 5 ? "-" : octets[way].ToString("N0", CultureInfo.InvariantCulture)),12}"));
        }
    }

    private static long Ask(Process dumper)
    {
        dumper.StandardInput.Write('\n');
        dumper.StandardInput.Flush();
        return long.Parse(dumper.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The dump in C has ended."), CultureInfo.InvariantCulture);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static long Output(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        var buffer = new byte[65536];
        long total = 0;
        for (int read; (read = process.StandardOutput.BaseStream.Read(buffer)) > 0;)
        {
            total += read;
        }

        process.WaitForExit();
        return total;
    }

    /// <summary>What ended children have used, in steps of 10 ms (cutime and cstime of /proc/self/stat).</summary>
    private static double ChildrenProcessor()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return 10 * (double.Parse(fields[13], CultureInfo.InvariantCulture) + double.Parse(fields[14], CultureInfo.InvariantCulture));
    }
}
