using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Farewell.Observation;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;

// Reads the same TIME_WAITs in every way there is, one after another in each round, in one network namespace. See bench/table.
const int destinations = 8;
var wanted = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
var host = IPAddress.Parse("10.9.0.2");
File.WriteAllText("/proc/sys/net/ipv4/tcp_rfc1337", "1");
var made = Stopwatch.StartNew();
Listen(out var listeners);
for (var at = 0; at < wanted && made.Elapsed < TimeSpan.FromSeconds(35); at++)
{
    var listener = listeners[at % destinations];
    var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    client.Connect(listener.LocalEndPoint!);
    var server = listener.Accept();
    client.Close();
    server.Close();
}

using var table = ConnectionTable.Open();
var count = table.Count(new(TcpStates.TimeWait));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} TIME_WAITs to {destinations} destinations, made in {made.Elapsed.TotalSeconds:0.0} s; uid {Environment.UserName}, {Environment.OSVersion}"));
var ports = new PortTable(PortRange.LinuxDefault);
using var reader = MachineReader.Open(ownersKept: TimeSpan.FromSeconds(10));
(string Name, Func<long> Run)[] ways =
[
    ("Farewell: PortTable.Read, grouped by destination", () => ports.Read(table, idleBound: false).Rows),
    ("Farewell: MachineReader.Read, with owners", () => reader.Read().States.Total),
    ("Farewell: rows alone, not grouped", () => table.Count(new(TcpStates.Connected))),
    ("ss -Htan state time-wait", () => Output("ss", "-Htan", "state", "time-wait")),
    ("netstat -tan", () => Output("netstat", "-tan")),
    ("cat /proc/net/tcp", () => Output("cat", "/proc/net/tcp")),
    ("IPGlobalProperties.GetActiveTcpConnections", () => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections().Length),
];
for (var warm = 0; warm < 40; warm++)
{
    ports.Read(table, idleBound: false); // until the runtime has compiled it for good; netstat and ss are compiled, too
}

var processor = ways.Select(_ => new List<double>()).ToArray();
var times = ways.Select(_ => new List<double>()).ToArray();
var octets = new long[ways.Length];
var clock = Stopwatch.StartNew();
for (var round = -2; round < 15 && (round < 3 || clock.Elapsed < TimeSpan.FromSeconds(22)); round++)
{
    for (var way = 0; way < ways.Length; way++)
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
            processor[way].Add(way is 3 or 4 or 5 ? ChildrenProcessor() - children : Environment.CpuUsage.TotalTime.TotalMilliseconds - own);
            octets[way] = GC.GetTotalAllocatedBytes(precise: true) - before;
        }
    }
}

var ours = Median(times[0]);
var oursProcessor = Median(processor[0]);
Console.WriteLine($"{"way",-52} {"median ms",9} {"min ms",8} {"ratio",6} {"CPU ms",8} {"ratio",6} {"allocated",12}   n={times[0].Count}, {table.Count(new(TcpStates.TimeWait))} left at the end");
for (var way = 0; way < ways.Length; way++)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{ways[way].Name,-52} {Median(times[way]),9:0.0} {times[way].Min(),8:0.0} {Median(times[way]) / ours,6:0.0} {Median(processor[way]),8:0.0} {Median(processor[way]) / oursProcessor,6:0.0} {(way is 3 or 4 or 5 ? "-" : octets[way].ToString("N0", CultureInfo.InvariantCulture)),12}"));
}

void Listen(out Socket[] sockets)
{
    Run("ip", "link", "set", "lo", "up");
    Run("ip", "address", "add", "10.9.0.2/32", "dev", "lo");
    sockets = [.. Enumerable.Range(0, destinations).Select(at =>
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(host, 7001 + at));
        listener.Listen(512);
        return listener;
    })];
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

static void Run(string command, params string[] arguments)
{
    using var process = Process.Start(command, arguments);
    process.WaitForExit();
}

static long Output(string command, params string[] arguments)
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

// What ended children have used, in steps of 10 ms (cutime and cstime of /proc/self/stat).
static double ChildrenProcessor()
{
    var stat = File.ReadAllText("/proc/self/stat");
    var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    return 10 * (double.Parse(fields[13], CultureInfo.InvariantCulture) + double.Parse(fields[14], CultureInfo.InvariantCulture));
}
