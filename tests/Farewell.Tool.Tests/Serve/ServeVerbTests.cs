using System.Diagnostics;
using System.Text.Json;
using Farewell.Testing;

namespace Farewell.Tool.Tests.Serve;

/// <summary>The metrics, checked by Prometheus' own tools and scraped by a real Prometheus.</summary>
public sealed class ServeVerbTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Metrics_PassPromtool_AndAPrometheusScrapesThem()
    {
        Require.Linux();
        var promtool = Require.Tool("promtool", "prometheus");
        var prometheus = Require.Tool("prometheus", "prometheus");
        using var serve = ToolProcess.Start([], ["serve", "--metrics", "--port", "0"]);
        var folder = Directory.CreateTempSubdirectory("farewell-prometheus-");
        try
        {
            var said = (await serve.StandardOutput.ReadLineAsync()).ShouldNotBeNull();
            var target = new Uri(said["serving ".Length..]);
            using var client = new HttpClient();
            var text = await client.GetStringAsync(target);
            text.ShouldContain("farewell_time_wait{opened_by=\"local\"}");
            (await RunAsync(promtool, ["check", "metrics"], text)).ShouldBe("");
            await ScrapeAsync(prometheus, folder, target, client);
        }
        finally
        {
            serve.Kill();
            await serve.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Rules_PassTheirTests()
    {
        var promtool = Require.Tool("promtool", "prometheus");
        var rules = Path.Combine(AppContext.BaseDirectory, "prometheus");
        (await RunAsync(promtool, ["test", "rules", Path.Combine(rules, "farewell.rules.test.yml")], "")).ShouldBe("");
    }

    [Fact]
    public async Task Serve_OfNothing_IsBadUsage() => (await ToolProcess.RunAsync("serve")).ExitCode.ShouldBe(2);

    private static async Task ScrapeAsync(string prometheus, DirectoryInfo folder, Uri target, HttpClient client)
    {
        var config = Path.Combine(folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(config, $$"""
            global: { scrape_interval: 1s }
            scrape_configs:
              - job_name: farewell
                static_configs: [ { targets: [ "{{target.Authority}}" ] } ]
            """);
        var port = FreePort();
        using var server = Process.Start(new ProcessStartInfo(prometheus,
            [$"--config.file={config}", $"--storage.tsdb.path={folder.FullName}/data", $"--web.listen-address=127.0.0.1:{port}"])
        {
            RedirectStandardError = true,
        })!;
        _ = server.StandardError.ReadToEndAsync();
        try
        {
            var started = Stopwatch.GetTimestamp();
            while (!await HasSampleAsync(client, port))
            {
                Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Limit, "Prometheus has scraped a sample");
                await Task.Delay(200);
            }
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task<bool> HasSampleAsync(HttpClient client, int port)
    {
        try
        {
            var answer = await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/v1/query?query=farewell_endings_total"));
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.GetProperty("data").GetProperty("result").GetArrayLength() == 2;
        }
        catch (HttpRequestException)
        {
            return false; // not up yet
        }
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        socket.Start();
        return ((System.Net.IPEndPoint)socket.LocalEndpoint).Port;
    }

    /// <summary>What it complains of; nothing when it exits with 0.</summary>
    private static async Task<string> RunAsync(string command, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode == 0 ? "" : await output + await errors + $"exit code {process.ExitCode}";
    }
}
