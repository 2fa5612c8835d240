using System.Net;

namespace Farewell.Lab.Running.Proxies;

/// <summary>HAProxy in its TCP mode.</summary>
internal sealed class HaProxy : TcpProxy
{
    public override string Name => "haproxy";

    public override string? WhyNot => Program is null ? "haproxy is not installed (Debian package haproxy)" : null;

    // The time limits have no default: without them HAProxy warns at every start.
    protected override string Configuration(int port, IPEndPoint server, string folder) => $"""
        defaults
            mode tcp
            timeout connect 10s
            timeout client 60s
            timeout server 60s
        listen farewell
            bind 127.0.0.1:{port}
            server farewell {server}

        """;

    protected override string[] Arguments(string configuration, string folder) => ["-db", "-q", "-f", configuration];
}
