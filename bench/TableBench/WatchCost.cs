using System.Diagnostics;
using System.Globalization;
using Farewell.Observation;

namespace TableBench;

/// <summary>What <c>farewell watch</c> costs on a terminal, a reading and a frame a second.</summary>
internal static class WatchCost
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(28);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(20);

    public static void Measure(int wanted, IReadOnlyList<string> commands)
    {
        Console.WriteLine($"{"watch, on a terminal of",-26} {"user %",7} {"kernel %",9} {"both, % of a core",18}   TIME_WAITs at the end");
        foreach (var (columns, rows) in ((int, int)[])[(80, 24), (200, 50)])
        {
            foreach (var command in commands)
            {
                using var table = ConnectionTable.Open();
                while (table.Count(new(TcpStates.TimeWait)) > 0)
                {
                    Thread.Sleep(1000); // those of the run before last a minute at most; beside them, these would meet the kernel's limit
                }

                TimeWaits.Make(wanted);
                using var terminal = Process.Start(new ProcessStartInfo("script", ["-qec", $"stty cols {columns} rows {rows}; exec {command} watch", "/dev/null"])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardInput = true,
                })!;
                _ = terminal.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                Thread.Sleep(Settling);
                using var watch = Process.GetProcessById(Child(terminal.Id));
                var (user, kernel) = (watch.UserProcessorTime, watch.PrivilegedProcessorTime);
                var clock = Stopwatch.StartNew();
                Thread.Sleep(Measured);
                watch.Refresh();
                var (took, users, kernels) = (clock.Elapsed, watch.UserProcessorTime - user, watch.PrivilegedProcessorTime - kernel);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{$"{columns}x{rows}, {(command.StartsWith("dotnet", StringComparison.Ordinal) ? "JIT" : "native")}",-26} {100 * (users / took),7:0.00} {100 * (kernels / took),9:0.00} {100 * ((users + kernels) / took),18:0.00}   {table.Count(new(TcpStates.TimeWait))}"));
                watch.Kill();
                terminal.WaitForExit();
            }
        }
    }

    private static int Child(int process) =>
        int.Parse(File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Single(), CultureInfo.InvariantCulture);
}
