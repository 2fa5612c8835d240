using System.Diagnostics;
using System.Globalization;
using System.Net;
using Farewell.Bench.Last;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// Requests a second, processor time and allocations per request of Kestrel with and without UseFarewell, by wrk over loopback. Both servers live in this process and take turns, so that whatever else
// the machine does falls on both. Run by bench/kestrel; `bench/kestrel last [PART OF A NAME...]` measures the last request of a connection instead, `bench/kestrel resets` what clients cost that reset theirs.
if (args is ["last", .. var only])
{
    await LastRequest.RunAsync(only);
    return 0;
}

if (args is ["resets"])
{
    await Resets.RunAsync(await StartAsync(withFarewell: false), await StartAsync(withFarewell: true));
    return 0;
}

var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 21;
var seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1.4;
var connections = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 64;
if (!File.Exists("/usr/bin/wrk"))
{
    Console.Error.WriteLine("needs wrk (Debian package wrk)");
    return 3;
}

await using var plain = await StartAsync(withFarewell: false);
await using var farewell = await StartAsync(withFarewell: true);
foreach (var server in new[] { plain, farewell })
{
    // Compiles what is hot.
    await MeasureAsync(server, seconds: 3.4);
}

List<Measure> without = [], with = [];
Console.WriteLine("round   plain req/s  us/req   B/req   farewell req/s  us/req   B/req");
for (var round = 0; round < rounds; round++)
{
    // Who goes first alternates too.
    foreach (var (server, into) in round % 2 == 0 ? new[] { (plain, without), (farewell, with) } : [(farewell, with), (plain, without)])
    {
        into.Add(await MeasureAsync(server, seconds));
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{round + 1,5}   {without[^1].PerSecond,11:n0} {without[^1].Microseconds,7:n2} {without[^1].Octets,7:n1}   {with[^1].PerSecond,14:n0} {with[^1].Microseconds,7:n2} {with[^1].Octets,7:n1}"));
}

Report("requests a second", static measure => measure.PerSecond);
Report("processor us a request", static measure => measure.Microseconds);
Report("octets allocated a request", static measure => measure.Octets);
return 0;

void Report(string what, Func<Measure, double> of)
{
    var ratios = without.Zip(with, (a, b) => of(b) / of(a)).Where(double.IsFinite).Order().ToArray();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what}: median {Median(without.Select(of)):n2} plain, {Median(with.Select(of)):n2} with UseFarewell, lower quartile {Quartile(without.Select(of)):n2} and {Quartile(with.Select(of)):n2}; ratio of a round: median {Median(ratios):n3}, {ratios[0]:n3} to {ratios[^1]:n3}"));
}

static double Quartile(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 4);

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
}

async Task<Measure> MeasureAsync(Server server, double seconds)
{
    // Connecting and leaving is outside of the window: it is for connections in use.
    var lead = TimeSpan.FromMilliseconds(300);
    GC.Collect();
    using var wrk = Process.Start(new ProcessStartInfo("/usr/bin/wrk", ["-t", "1", "-c", $"{connections}", "-d", $"{Math.Ceiling(seconds + 0.6)}s", server.Application.Urls.First()]) { RedirectStandardOutput = true })!;
    var output = wrk.StandardOutput.ReadToEndAsync();
    await Task.Delay(lead);
    var (from, begun, processor, allocated) = (Stopwatch.GetTimestamp(), server.Requests.Total, Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: false));
    await Task.Delay(TimeSpan.FromSeconds(seconds));
    var (took, requests) = (Stopwatch.GetElapsedTime(from), server.Requests.Total - begun);
    var measure = new Measure(
        requests / took.TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / requests, (GC.GetTotalAllocatedBytes(precise: false) - allocated) / (double)requests);
    await wrk.WaitForExitAsync();
    if ((await output).Contains("Socket errors", StringComparison.Ordinal) || (await output).Contains("Non-2xx", StringComparison.Ordinal))
    {
        throw new InvalidOperationException(await output);
    }

    return measure;
}

static async Task<Server> StartAsync(bool withFarewell)
{
    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
    builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1));
    if (withFarewell)
    {
        builder.WebHost.UseFarewell();
    }

    var application = builder.Build();
    var (hello, count) = ("hello, wire\n"u8.ToArray(), new Count());
    application.Run(context =>
    {
        Interlocked.Increment(ref count.Total);
        context.Response.ContentLength = hello.Length;
        return context.Response.Body.WriteAsync(hello).AsTask();
    });
    await application.StartAsync();
    return new Server(application, count);
}

internal sealed class Count
{
    public long Total;
}

internal sealed record Server(WebApplication Application, Count Requests) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Application.DisposeAsync();
}

internal readonly record struct Measure(double PerSecond, double Microseconds, double Octets);
