using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Bench;
using Farewell.Departures;
using Farewell.Http;
using Farewell.Observation;
using Farewell.Observation.Linux;

[assembly: SupportedOSPlatform("linux")]

// HttpClient against one destination, a connection for every request: as it comes, then with UseFarewell. See bench/crawler.
int Argument(int at, int usual) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : usual;
var (seconds, perSecond, ports) = (Argument(0, 70), Argument(1, 5_000), Argument(2, 28_232));
if (seconds is < 1 or > 300 || perSecond is < 1 or > 100_000 || ports is < 10 or > 45_000)
{
    await Console.Error.WriteLineAsync("bench/crawler [SECONDS 1-300] [REQUESTS A SECOND 1-100000] [EPHEMERAL PORTS 10-45000]");
    return 2;
}

// This process is in a namespace of its own already (unshare); the server's is another.
using var serverHost = NetworkNamespace.Create();
Ip("link", "add", "client", "type", "veth", "peer", "name", "server", "netns", $"/proc/{Environment.ProcessId}/fd/{serverHost.Handle.DangerousGetHandle()}");
Ip("address", "add", "10.78.0.1/24", "dev", "client");
Ip("link", "set", "client", "up");
serverHost.Run(() =>
{
    Ip("address", "add", "10.78.0.2/24", "dev", "server");
    Ip("link", "set", "server", "up");
});
File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", $"20000 {20000 + ports - 1}");
File.WriteAllText("/proc/sys/net/ipv4/tcp_rfc1337", "1");

using var table = ConnectionTable.Open();
Console.WriteLine($"{perSecond} requests a second for {seconds} s, {ports} ports, {Environment.ProcessorCount} processors");
foreach (var departure in (Departure?[])[null, Departure.Auto])
{
    // Another port each time: the TIME_WAITs of the run before take none of its ports.
    var listener = serverHost.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("10.78.0.2"), 0));
        socket.Listen(4096);
        return socket;
    });
    using var server = new CrawledServer(listener);
    var handler = Crawl.Handler();
    if (departure is { } asked)
    {
        handler.UseFarewell(options => options.Departure = asked);
    }

    using var crawl = new Crawl(handler, new Uri($"http://{listener.LocalEndPoint}/"), CrawledServer.Octets);
    var port = (ushort)((IPEndPoint)listener.LocalEndPoint!).Port;
    var processor = Environment.CpuUsage.TotalTime;
    var running = crawl.RunAsync(seconds * perSecond, perSecond, 256, TimeSpan.FromSeconds(seconds));
    var (whole, failed, mostHeld) = (0, 0, 0);
    Console.WriteLine(departure is null ? "HttpClient as it comes" : "HttpClient with UseFarewell()");
    Console.WriteLine("  second   whole/s  failed/s  TIME_WAITs");
    using var clock = new PeriodicTimer(TimeSpan.FromSeconds(1));
    for (var second = 1; !running.IsCompleted && await clock.WaitForNextTickAsync(); second++)
    {
        var held = table.Count(new(TcpStates.TimeWait, RemotePort: port));
        mostHeld = Math.Max(mostHeld, held);
        if (second % 5 == 0 || second == 1)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {second,6}  {crawl.Whole - whole,8}  {crawl.Failed - failed,8}  {held,10}"));
        }

        (whole, failed) = (crawl.Whole, crawl.Failed);
    }

    await running;
    await HttpEndings.WhenOverAsync();
    var cost = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / (crawl.Whole + crawl.Failed);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"  {crawl.Whole} whole ({crawl.Whole / (double)seconds:0}/s), {crawl.Failed} failed {string.Join(", ", crawl.Errors)}, TIME_WAITs at most {mostHeld}, the server saw {server.Resets} resets, {cost:0} us of processor a request, both sides"));
}

return 0;

static void Ip(params string[] arguments)
{
    using var process = Process.Start("ip", arguments);
    process.WaitForExit();
    if (process.ExitCode != 0)
    {
        throw new InvalidOperationException($"ip {string.Join(' ', arguments)} failed");
    }
}
