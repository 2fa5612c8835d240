using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>nginx and HAProxy on the client's host, with their default upstream settings, and curl before them.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReverseProxyTests : IDisposable
{
    private const int Port = 8080;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("farewell-proxy-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Nginx_WhoseUpstreamIsHttp10_GetsItAllAtOnce_AndTheServerHoldsOneEach()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new() { Farewell = static options => options.Grace = TimeSpan.FromMinutes(1) });
        var configuration = $$"""
            daemon off; master_process off; pid {{_folder}}/pid; error_log {{_folder}}/error; events { }
            http {
                access_log off; client_body_temp_path {{_folder}}/a; proxy_temp_path {{_folder}}/b; fastcgi_temp_path {{_folder}}/c; uwsgi_temp_path {{_folder}}/d; scgi_temp_path {{_folder}}/e;
                server { listen {{VethNetwork.ClientAddress}}:{{Port}}; location / { proxy_pass http://{{host.EndPoint}}; } }
            }
            """;
        using var nginx = Tool.Start(network, "nginx", "nginx", "-p", _folder.FullName, "-c", Write("nginx.conf", configuration));
        var requests = await AskAllAsync(network);

        // Each end is the server's FIN, unless nginx, which knows the length, has closed before it came.
        await Eventually.HoldsAsync(() => host.Endings.GetValueOrDefault("message") + host.Endings.GetValueOrDefault("left") == requests, () => string.Join(", ", host.Endings));
        host.Endings.GetValueOrDefault("message").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task HaProxy_GetsItAll_AndTheServerHoldsNothing()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network);
        var configuration = $"""
            defaults
                mode http
                timeout connect 5s
                timeout client 30s
                timeout server 30s
            frontend f
                bind {VethNetwork.ClientAddress}:{Port}
                default_backend b
            backend b
                server s {host.EndPoint}

            """;
        using (Tool.Start(network, "haproxy", "haproxy", "-db", "-f", Write("haproxy.cfg", configuration)))
        {
            await AskAllAsync(network);
        }

        var (_, server) = await network.SettledAsync();
        server.ShouldBe(0);
    }

    /// <summary>Asks for everything a few times; returns how many requests the server had.</summary>
    private static async Task<int> AskAllAsync(VethNetwork network)
    {
        await Eventually.HoldsAsync(() => IsListening(network), () => "the proxy listens");
        var requests = 0;
        foreach (var (path, size) in new[] { ("/", 12), ("/chunked", 24), ("/big", TestApplication.Big), ("/big-chunked", TestApplication.Big), ("/", 12) })
        {
            var (exit, output) = await Tool.RunAsync(network, "curl", "curl", "--silent", "--show-error", "--fail", "--limit-rate", "8M", "--max-time", "30", "--output", "/dev/null",
                "--write-out", "%{size_download}", $"http://{VethNetwork.ClientAddress}:{Port}{path}");
            (exit, output).ShouldBe((0, $"{size}"), path);
            requests++;
        }

        return requests;
    }

    private static bool IsListening(VethNetwork network)
    {
        using var probe = network.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            probe.Connect(new IPEndPoint(VethNetwork.ClientAddress, Port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
