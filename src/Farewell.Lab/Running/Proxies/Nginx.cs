using System.Diagnostics;
using System.Net;

namespace Farewell.Lab.Running.Proxies;

/// <summary>nginx's stream module.</summary>
internal sealed class Nginx : TcpProxy
{
    private const string Packages = "nginx with its stream module is not installed (Debian packages nginx and libnginx-mod-stream)";

    public override string Name => "nginx";

    public override string? WhyNot
    {
        get
        {
            if (Program is null)
            {
                return Packages;
            }

            var built = Built();
            return built.Contains("--with-stream ", StringComparison.Ordinal) || File.Exists(ModuleOf(built)) ? null : Packages;
        }
    }

    protected override string Configuration(int port, IPEndPoint server, string folder)
    {
        var module = ModuleOf(Built());
        return $$"""
            {{(File.Exists(module) ? $"load_module {module};" : "")}}
            daemon off;
            master_process off;
            pid {{folder}}/pid;
            events { worker_connections 4096; }
            stream {
                server {
                    listen 127.0.0.1:{{port}};
                    proxy_pass {{server}};
                }
            }
            """;
    }

    protected override string[] Arguments(string configuration, string folder) => ["-p", folder, "-c", configuration, "-e", "stderr"];

    /// <summary>What it was built with, which it prints as one line of options.</summary>
    private string Built()
    {
        using var process = Process.Start(new ProcessStartInfo(Program!, ["-V"]) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return said;
    }

    private static string? ModuleOf(string built)
    {
        const string Option = "--modules-path=";
        var option = built.Split(' ').FirstOrDefault(word => word.StartsWith(Option, StringComparison.Ordinal));
        return option is null ? null : Path.Combine(option[Option.Length..].Trim(), "ngx_stream_module.so");
    }
}
