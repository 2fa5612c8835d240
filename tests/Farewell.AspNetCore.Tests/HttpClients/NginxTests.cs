using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Farewell.Departures;
using Farewell.Http;
using Farewell.Observation;
using Farewell.Sockets;
using Farewell.Testing;
using Farewell.Tests;
using Farewell.Tests.Conformance;

namespace Farewell.AspNetCore.Tests.HttpClients;

/// <summary>The same toward nginx, which does not end its connections as Kestrel does.</summary>
[SupportedOSPlatform("linux")]
public sealed class NginxTests : IDisposable
{
    private const int Requests = 6;

    private readonly HttpWorld _world = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("farewell-nginx-");
    private Process? _nginx;

    public static TheoryData<string, Departure> Cases => new MatrixTheoryData<string, Departure>(
        Wire.All.Where(wire => wire.Http == 1 || wire.Scheme == "https").Select(wire => wire.Name), [Departure.Fin, Departure.UnheldFin, Departure.Reset]);

    public void Dispose()
    {
        _world.Dispose();
        if (_nginx is { HasExited: false })
        {
            _nginx.Kill();
            _nginx.WaitForExit();
        }

        _nginx?.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Disposed_WhileIdle(string name, Departure departure)
    {
        Serve();
        await AskAsync(Wire.Named(name), departure, "/");
        _world.Ended.ShouldAllBe(ended => ended.End.Kind == Expected(departure));
        await _world.TimeWaitsAreAsync(() => (departure == Departure.Fin ? _world.Ended.Count : 0, 0));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task TheServerEndsFirst_ByItsKeepAliveTimeout(string name, Departure departure)
    {
        // Connections on which nothing was asked, which the pool opens too many of, it ends as soon.
        Serve("1s");
        await AskAsync(Wire.Named(name), departure, "/", untilServerEnds: true);

        // In HTTP/2 its GOAWAY may be answered before its FIN is here.
        _world.Ended.ShouldAllBe(ended => ended.End.Kind == SocketEndKind.Passive || (name.StartsWith("http/2", StringComparison.Ordinal) && ended.End.Kind == Expected(departure)));
        await _world.TimeWaitsAreAsync(() =>
        {
            var passive = _world.Ended.Count(ended => ended.End.Kind == SocketEndKind.Passive);
            return (departure == Departure.Fin ? _world.Ended.Count - passive : 0, passive);
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task TheServerSaysItsTheLast(string name, Departure departure)
    {
        Serve();
        await AskAsync(Wire.Named(name), departure, "/last");
        var (client, server) = await _world.Network.SettledAsync();
        (client + server).ShouldBeLessThanOrEqualTo(_world.Ended.Count);
        if (departure != Departure.Fin)
        {
            client.ShouldBe(0);
        }

        _world.Ended.ShouldAllBe(ended => !ended.End.IsForced);
    }

    private void Serve(string keepAlive = "60s")
    {
        var program = Require.Tool("nginx", "nginx");
        var certificate = Path.Combine(_folder.FullName, "certificate.pem");
        using (var key = TestCertificates.Server.GetECDsaPrivateKey()!)
        {
            File.WriteAllText(certificate, $"{TestCertificates.Server.ExportCertificatePem()}\n{key.ExportECPrivateKeyPem()}\n");
        }

        // In a namespace of its own, so that the ports are its own, too.
        var configuration = Path.Combine(_folder.FullName, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off;
            master_process off;
            pid {{_folder}}/pid;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path {{_folder}}/body;
                proxy_temp_path {{_folder}}/proxy;
                fastcgi_temp_path {{_folder}}/fastcgi;
                uwsgi_temp_path {{_folder}}/uwsgi;
                scgi_temp_path {{_folder}}/scgi;
                ssl_certificate {{certificate}};
                ssl_certificate_key {{certificate}};
                ssl_protocols TLSv1.2 TLSv1.3;
                default_type text/plain;
                keepalive_timeout {{keepAlive}};
                client_header_timeout {{keepAlive}};
                server {
                    listen {{VethNetwork.ServerAddress}}:80;
                    listen {{VethNetwork.ServerAddress}}:443 ssl;
                    listen {{VethNetwork.ServerAddress}}:444 ssl http2;
                    location / { return 200 "hello"; }
                    location /last { keepalive_timeout 0; return 200 "hello"; }
                }
            }
            """);
        var nginx = _nginx = _world.Network.Server.Run(() => Process.Start(new ProcessStartInfo(program, ["-p", _folder.FullName, "-c", configuration, "-e", "stderr"]) { RedirectStandardError = true })!);
        Eventually.Holds(
            () => _world.Network.ServerTable.Count(new(TcpStates.Listen)) == 3 || nginx.HasExited,
            () => "nginx listens");
        nginx.HasExited.ShouldBeFalse(nginx.HasExited ? nginx.StandardError.ReadToEnd() : "");
    }

    private static SocketEndKind Expected(Departure departure) => departure switch
    {
        Departure.Fin => SocketEndKind.Orderly,
        Departure.UnheldFin => SocketEndKind.UnheldFin,
        _ => SocketEndKind.Reset,
    };

    private async Task AskAsync(Wire wire, Departure departure, string path, bool untilServerEnds = false)
    {
        var port = wire switch { { Scheme: "http" } => 80, { Http: 1 } => 443, _ => 444 };
        using (var client = new HttpClient(_world.Handler(wire, departure)))
        {
            await Task.WhenAll(Enumerable.Range(0, Requests).Select(async _ =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{wire.Scheme}://{VethNetwork.ServerAddress}:{port}{path}") { Version = wire.Version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                using var answer = await client.SendAsync(request);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
                (await answer.Content.ReadAsStringAsync()).ShouldBe("hello");
            }));
            if (untilServerEnds)
            {
                await Eventually.HoldsAsync(() => _world.Network.ClientTable.Count(new(TcpStates.Established)) == 0, () => "nginx has ended all");
            }
        }

        using var limit = new CancellationTokenSource(Eventually.Limit);
        await Eventually.HoldsAsync(() => _world.Network.ClientTable.Count(new(TcpStates.Established)) == 0, () => "no connection is left");
        await HttpEndings.WhenOverAsync(limit.Token);
        _world.Ended.ShouldNotBeEmpty();
    }
}
