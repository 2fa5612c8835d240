using System.Diagnostics;
using System.Net.Sockets;

namespace Farewell.Bench.Last;

/// <summary>nginx and HAProxy before both servers, with their default upstream settings, asked by hand over Unix domain sockets.</summary>
internal sealed class Proxies : IDisposable
{
    private const int Times = 1000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("farewell-bench-");
    private readonly LastServer _plain;
    private readonly Process[] _running;

    public Proxies(LastServer plain, LastServer farewell)
    {
        _plain = plain;
        File.WriteAllText(Path.Combine(_folder.FullName, "nginx.conf"), $$"""
            daemon off; master_process off; pid {{_folder}}/pid; error_log {{_folder}}/error; events { }
            http {
                access_log off; client_body_temp_path {{_folder}}/a; proxy_temp_path {{_folder}}/b; fastcgi_temp_path {{_folder}}/c; uwsgi_temp_path {{_folder}}/d; scgi_temp_path {{_folder}}/e;
                server { listen unix:{{_folder}}/nginx-plain; location / { proxy_pass http://{{plain.Http1.Authority}}; } }
                server { listen unix:{{_folder}}/nginx-farewell; location / { proxy_pass http://{{farewell.Http1.Authority}}; } }
            }
            """);
        File.WriteAllText(Path.Combine(_folder.FullName, "haproxy.cfg"), $"""
            defaults
                mode http
                timeout connect 5s
                timeout client 30s
                timeout server 30s
            listen plain
                bind unix@{_folder}/haproxy-plain
                server s {plain.Http1.Authority}
            listen farewell
                bind unix@{_folder}/haproxy-farewell
                server s {farewell.Http1.Authority}

            """);
        _running =
        [
            Process.Start(new ProcessStartInfo("nginx", ["-p", _folder.FullName, "-c", $"{_folder}/nginx.conf"]) { RedirectStandardError = true })!,
            Process.Start(new ProcessStartInfo("haproxy", ["-db", "-f", $"{_folder}/haproxy.cfg"]) { RedirectStandardError = true })!,
        ];
    }

    public IEnumerable<Row> Rows =>
    [
        Through("nginx", "/"),
        Through("nginx", "/unframed"),
        Through("haproxy", "/"),
        Through("haproxy", "/unframed"),
    ];

    public void Dispose()
    {
        foreach (var process in _running)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private Row Through(string proxy, string path) => Row.OfOne($"through {proxy}, {(path == "/" ? "a page with its length" : "a page without a length")}", Times, async server =>
    {
        var address = Path.Combine(_folder.FullName, $"{proxy}-{(server == _plain ? "plain" : "farewell")}");
        while (!File.Exists(address))
        {
            await Task.Delay(1);
        }

        return await ByHand.OnceAsync(new UnixDomainSocketEndPoint(address), $"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", toEnd: false);
    });
}
