using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// Requests a second, processor time and allocations per request of Kestrel with and without UseFarewell, by wrk over loopback. Both servers live in this process and take turns, so that whatever else
// the machine does falls on both. Run by bench/kestrel.
var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 9;
var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 4;
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
    await MeasureAsync(server, seconds: 3);
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
    var ratios = without.Zip(with, (a, b) => of(b) / of(a)).Order().ToArray();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what}: median {Median(without.Select(of)):n2} plain, {Median(with.Select(of)):n2} with UseFarewell; ratio of a round: median {Median(ratios):n3}, {ratios[0]:n3} to {ratios[^1]:n3}"));
}

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
}

async Task<Measure> MeasureAsync(WebApplication server, int seconds)
{
    GC.Collect();
    var allocated = GC.GetTotalAllocatedBytes(precise: true);
    var processor = Environment.CpuUsage.TotalTime;
    using var wrk = Process.Start(new ProcessStartInfo("/usr/bin/wrk", ["-t", "1", "-c", $"{connections}", "-d", $"{seconds}s", server.Urls.First()]) { RedirectStandardOutput = true })!;
    var output = await wrk.StandardOutput.ReadToEndAsync();
    await wrk.WaitForExitAsync();
    if (output.Contains("Socket errors", StringComparison.Ordinal) || output.Contains("Non-2xx", StringComparison.Ordinal))
    {
        throw new InvalidOperationException(output);
    }

    var requests = Number(output, @"(\d+) requests in");
    return new Measure(
        Number(output, @"Requests/sec:\s+([\d.]+)"),
        (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / requests,
        (GC.GetTotalAllocatedBytes(precise: true) - allocated) / requests);
}

static double Number(string output, string pattern) => double.Parse(Regex.Match(output, pattern).Groups[1].Value, CultureInfo.InvariantCulture);

static async Task<WebApplication> StartAsync(bool withFarewell)
{
    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
    builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1));
    if (withFarewell)
    {
        builder.WebHost.UseFarewell();
    }

    var application = builder.Build();
    var hello = "hello, wire\n"u8.ToArray();
    application.Run(context =>
    {
        context.Response.ContentLength = hello.Length;
        return context.Response.Body.WriteAsync(hello).AsTask();
    });
    await application.StartAsync();
    return application;
}

internal readonly record struct Measure(double PerSecond, double Microseconds, double Octets);
