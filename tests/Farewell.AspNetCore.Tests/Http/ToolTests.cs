using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>curl, ab, wrk and HttpClient against the test application.</summary>
[SupportedOSPlatform("linux")]
public sealed class ToolTests
{
    [Theory]
    [InlineData("/", "--http1.1", "--header", "Connection: close")]
    [InlineData("/chunked", "--http1.1", "--header", "Connection: close")]
    [InlineData("/big", "--http1.1", "--header", "Connection: close", "--limit-rate", "8M")]
    [InlineData("/", "--http2-prior-knowledge")]
    [InlineData("/big", "--http2-prior-knowledge", "--limit-rate", "8M")]
    public async Task Curl_GetsItAll_AndTheServerHoldsNothing(string path, params string[] options)
    {
        using var network = new VethNetwork();
        await using var host = await StartAsync(network, options[0] != "--http1.1");
        var (exit, output) = await Tool.RunAsync(network, "curl", "curl",
            [.. options, "--silent", "--show-error", "--fail", "--max-time", "30", "--output", "/dev/null", "--write-out", "%{size_download} %{http_code}", $"http://{host.EndPoint}{path}"]);
        exit.ShouldBe(0, output);
        output.ShouldBe($"{path switch { "/big" => TestApplication.Big, "/chunked" => 24, _ => 12 }} 200");
        (await network.SettledAsync()).Server.ShouldBe(0);
    }

    [Theory]
    [InlineData("/big")]
    [InlineData("/big-chunked")]
    public async Task CurlOfHttp10_GetsItAll_AndOneSideHoldsOne(string path)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network);
        var (exit, output) = await Tool.RunAsync(network, "curl", "curl", "--http1.0", "--silent", "--show-error", "--limit-rate", "8M", "--max-time", "30",
            "--output", "/dev/null", "--write-out", "%{size_download}", $"http://{host.EndPoint}{path}");
        (exit, output).ShouldBe((0, $"{TestApplication.Big}"));
        var (client, server) = await network.SettledAsync();

        // With a Content-Length curl may be as quick to close as the server.
        (client + server, server >= (path == "/big" ? 0 : 1)).ShouldBe((1, true));
    }

    [Theory]
    [InlineData(1000, false)]
    [InlineData(10_000, true)]
    public async Task Ab_HasNoFailedRequest(int requests, bool keepsAlive)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network);
        string[] options = ["-q", "-n", $"{requests}", "-c", "10"];
        var (exit, output) = await Tool.RunAsync(network, "ab", "apache2-utils", [.. options, .. keepsAlive ? ["-k"] : Array.Empty<string>(), $"http://{host.EndPoint}/"]);
        exit.ShouldBe(0, output);
        Number(output, @"Complete requests:\s+(\d+)").ShouldBe(requests);
        Number(output, @"Failed requests:\s+(\d+)").ShouldBe(0);
        Number(output, @"Keep-Alive requests:\s+(\d+)", whenMissing: 0).ShouldBe(keepsAlive ? requests : 0);

        // Without -k each is HTTP/1.0, whose end is a message: the server's FIN, a TIME_WAIT each.
        (await network.SettledAsync()).Server.ShouldBe(keepsAlive ? 0 : requests);
        await Eventually.HoldsAsync(() => host.Endings.GetValueOrDefault("message") == (keepsAlive ? 0 : requests), () => string.Join(", ", host.Endings));
    }

    [Fact]
    public async Task Wrk_HasNoError()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network);
        var (exit, output) = await Tool.RunAsync(network, "wrk", "wrk", "-t", "1", "-c", "16", "-d", "2s", $"http://{host.EndPoint}/");
        exit.ShouldBe(0, output);
        output.ShouldNotContain("Socket errors");
        output.ShouldNotContain("Non-2xx");
        Number(output, @"(\d+) requests in").ShouldBeGreaterThan(0);
        (await network.SettledAsync()).Server.ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task HttpClient_GetsItAll_AndTheServerHoldsNothing(int version)
    {
        using var network = new VethNetwork();
        await using var host = await StartAsync(network, version == 2);
        using (var client = NetworkClient.Create(network, host, new Version(version, version == 1 ? 1 : 0)))
        {
            client.DefaultRequestHeaders.ConnectionClose = version == 1;
            for (var i = 0; i < 20; i++)
            {
                (await client.GetByteArrayAsync(NetworkClient.UriOf(host))).ShouldBe(TestApplication.Hello);
            }

            TestApplication.IsBig(await client.GetByteArrayAsync(NetworkClient.UriOf(host, path: "/big"))).ShouldBeTrue();
        }

        (await network.SettledAsync()).Server.ShouldBe(0);
    }

    private static Task<HttpHost> StartAsync(VethNetwork network, bool isHttp2) =>
        HttpHost.StartAsync(network, new() { Protocols = isHttp2 ? Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2 : Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1 });

    private static int Number(string output, string pattern, int? whenMissing = null)
    {
        var match = Regex.Match(output, pattern);
        return match.Success ? int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : whenMissing ?? throw new InvalidOperationException($"no {pattern} in: {output}");
    }
}
