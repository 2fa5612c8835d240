using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Farewell.Bench.Last;

/// <summary>curl, ab and wrk. Their own clocks.</summary>
internal static partial class Programs
{
    private const int Rounds = 10;
    private const int Requests = 200;

    public static IEnumerable<Row> Rows =>
    [
        Curl("HTTP/1.1 `Connection: close`", static server => server.Http1, "--http1.1", "--header", "Connection: close"),
        Curl("HTTP/1.1 `Connection: close` in TLS", static server => server.Tls, "--http1.1", "--insecure", "--header", "Connection: close"),
        Curl("HTTP/1.0", static server => server.Http1, "--http1.0"),
        Curl("HTTP/2 in TLS", static server => server.Tls, "--http2", "--insecure"),
        new("`ab`, one at a time (median of a turn's)", Rounds, static server => AbAsync(server)),
        new("`ab -k`, one at a time (median of a turn's)", Rounds, static server => AbAsync(server, "-k")),
        new("`wrk -c 1` (median of a turn's)", Rounds, static server => WrkAsync(server)),
    ];

    /// <summary>Runs a program to its end, and gives what it wrote.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException(program);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program}: {await output} {await errors}");
    }

    private static Row Curl(string what, Func<LastServer, Uri> address, params string[] options) => new($"curl, {what}", Rounds, async server =>
    {
        var output = await RunAsync("curl", [.. options, "--silent", "--show-error", "--fail", "--output", "/dev/null", "--write-out", "%{size_download} %{time_total}\n", $"{address(server)}?[1-{Requests}]"]);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.StartsWith("12 ", StringComparison.Ordinal)
            ? 1000 * double.Parse(line[3..], CultureInfo.InvariantCulture) : throw new InvalidOperationException($"curl: {line}"))];
    });

    private static async Task<double[]> AbAsync(LastServer server, params string[] options)
    {
        var percentiles = Path.GetTempFileName();
        var output = await RunAsync("ab", ["-q", "-n", $"{5 * Requests}", "-c", "1", "-e", percentiles, .. options, $"{server.Http1}"]);
        var median = File.ReadLines(percentiles).First(static line => line.StartsWith("50,", StringComparison.Ordinal))[3..];
        File.Delete(percentiles);
        return output.Contains("Failed requests:        0", StringComparison.Ordinal) ? [double.Parse(median, CultureInfo.InvariantCulture)] : throw new InvalidOperationException(output);
    }

    private static async Task<double[]> WrkAsync(LastServer server)
    {
        var output = await RunAsync("wrk", "-t", "1", "-c", "1", "-d", "1s", "--latency", $"{server.Http1}");
        var median = Median().Match(output);
        return median.Success && !output.Contains("Socket errors", StringComparison.Ordinal)
            ? [double.Parse(median.Groups[1].Value, CultureInfo.InvariantCulture) * (median.Groups[2].Value == "us" ? 0.001 : 1)]
            : throw new InvalidOperationException(output);
    }

    [GeneratedRegex(@"\s50%\s+([0-9.]+)(us|ms)")]
    private static partial Regex Median();
}
