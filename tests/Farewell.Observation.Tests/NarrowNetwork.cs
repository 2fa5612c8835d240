using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Observation.Readings;

namespace Farewell.Observation.Tests;

/// <summary>A private network with few ephemeral ports and two addresses that the kernel does not take for loopback.</summary>
[SupportedOSPlatform("linux")]
internal sealed class NarrowNetwork : IDisposable
{
    public const int Ports = 200;
    public const ushort Low = 40000;

    public NarrowNetwork()
    {
        Inner = new PrivateNetwork();
        foreach (var address in (IPAddress[])[Source, Host])
        {
            Inner.Output("ip", "address", "add", $"{address}/32", "dev", "lo");
        }

        Set("net.ipv4.ip_local_port_range", $"{Low} {Low + Ports - 1}");
        Set("net.ipv4.tcp_rfc1337", "1");
    }

    public static IPAddress Source { get; } = IPAddress.Parse("10.9.0.1");

    public static IPAddress Host { get; } = IPAddress.Parse("10.9.0.2");

    public PrivateNetwork Inner { get; }

    public void Set(string setting, string value) =>
        Inner.Namespace.Run(() => File.WriteAllText("/proc/sys/" + setting.Replace('.', '/'), value));

    public MachineReader Reader() => Inner.Namespace.Run(() => MachineReader.Open());

    /// <summary>Connections that the client ends first, until so many are in TIME-WAIT.</summary>
    public void Churn(Socket listener, int count)
    {
        for (var ended = 0; ended < count; ended++)
        {
            Inner.ActiveClose(Host, listener);
        }
    }

    public void Dispose() => Inner.Dispose();
}
