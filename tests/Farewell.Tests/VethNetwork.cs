using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Observation;
using Farewell.Observation.Linux;
using Farewell.Testing;

namespace Farewell.Tests;

/// <summary>Two network namespaces joined by a veth pair, and the sockets made in them. It vanishes with its last user.</summary>
[SupportedOSPlatform("linux")]
internal sealed class VethNetwork : IDisposable
{
    public static readonly IPAddress ClientAddress = IPAddress.Parse("10.77.0.1");
    public static readonly IPAddress ServerAddress = IPAddress.Parse("10.77.0.2");

    private const string ClientLink = "02:00:00:00:00:01";
    private const string ServerLink = "02:00:00:00:00:02";

    private readonly List<Socket> _sockets = [];

    public VethNetwork()
    {
        Require.Root();
        var ip = Require.Tool("ip", "iproute2");
        Client = NetworkNamespace.Create();
        Server = NetworkNamespace.Create();
        Run(Client, ip, "link", "add", "client", "address", ClientLink, "type", "veth", "peer", "name", "server", "address", ServerLink, "netns",
            $"/proc/{Environment.ProcessId}/fd/{Server.Handle.DangerousGetHandle()}");
        foreach (var (host, name, address) in new[] { (Client, "client", ClientAddress), (Server, "server", ServerAddress) })
        {
            Run(host, ip, "link", "set", "lo", "up");
            Run(host, ip, "address", "add", $"{address}/24", "dev", name);
            Run(host, ip, "link", "set", name, "up");

            // A few per mille of TIME_WAITs are otherwise killed by stray segments of their own connection.
            Set(host, "net.ipv4.tcp_rfc1337", "1");
        }

        // Known beforehand: the kernel's queue of received packets is shared by all namespaces, and where a flood next door overflows it, three lost ARP requests are "No route to host".
        Run(Client, ip, "neighbour", "replace", $"{ServerAddress}", "lladdr", ServerLink, "dev", "client", "nud", "permanent");
        Run(Server, ip, "neighbour", "replace", $"{ClientAddress}", "lladdr", ClientLink, "dev", "server", "nud", "permanent");

        ClientTable = Client.Run(ConnectionTable.Open);
        ServerTable = Server.Run(ConnectionTable.Open);
    }

    public NetworkNamespace Client { get; }

    public NetworkNamespace Server { get; }

    public IConnectionTable ClientTable { get; }

    public IConnectionTable ServerTable { get; }

    public static void Set(NetworkNamespace host, string name, string value) =>
        host.Run(() => File.WriteAllText($"/proc/sys/{name.Replace('.', '/')}", value));

    public Socket Listen() => Server.Run(() =>
    {
        var listener = Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(ServerAddress, 0));
        listener.Listen(1024);
        return listener;
    });

    public Socket Dial(Socket listener) => Client.Run(() =>
    {
        var client = Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        client.Connect(listener.LocalEndPoint!);
        return client;
    });

    public (Socket Client, Socket Server) Pair(Socket listener)
    {
        var client = Dial(listener);
        return (client, Keep(listener.Accept()));
    }

    /// <summary>TIME_WAITs at the client and at the server, once no connection is in any other state.</summary>
    public async Task<(int Client, int Server)> SettledAsync()
    {
        const TcpStates others = TcpStates.Connected & ~TcpStates.TimeWait;
        await Eventually.HoldsAsync(
            () => ClientTable.Count(new(others)) == 0 && ServerTable.Count(new(others)) == 0,
            () => $"all connections ended; {string.Join(", ", ClientTable.ToList(new(others)).Concat(ServerTable.ToList(new(others))))}");
        return (ClientTable.Count(new(TcpStates.TimeWait)), ServerTable.Count(new(TcpStates.TimeWait)));
    }

    public Socket Keep(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        ClientTable.Dispose();
        ServerTable.Dispose();
        Client.Dispose();
        Server.Dispose();
    }

    private static void Run(NetworkNamespace host, string command, params string[] arguments) => host.Run(() =>
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync().WaitAsync(Eventually.Limit).GetAwaiter().GetResult();
        process.WaitForExit(Eventually.Limit).ShouldBeTrue(command);
        process.ExitCode.ShouldBe(0, $"{command} {string.Join(' ', arguments)}: {errors}");
    });
}
