using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Observation.Linux;
using Farewell.Testing;

namespace Farewell.Observation.Tests;

/// <summary>A network namespace whose loopback is up, and the sockets made in it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PrivateNetwork : IDisposable
{
    private readonly List<Socket> _sockets = [];

    public PrivateNetwork()
    {
        Require.Root();
        var ip = Require.Tool("ip", "iproute2");
        Namespace = NetworkNamespace.Create();
        Output(ip, "link", "set", "lo", "up");
        Table = Namespace.Run(ConnectionTable.Open);
        Table.Source.ShouldBe("sock_diag");
    }

    public NetworkNamespace Namespace { get; }

    public IConnectionTable Table { get; }

    public string Output(string command, params string[] arguments) => Namespace.Run(() =>
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{command} {string.Join(' ', arguments)}");
        return output;
    });

    private int _nextListener = 20_000;

    /// <summary>A bound socket. Its port is outside the ephemeral range, where it would take a port away from those who dial.</summary>
    public Socket Bind(IPAddress address) => Namespace.Run(() =>
    {
        var socket = Keep(new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        if (address.Equals(IPAddress.IPv6Any))
        {
            socket.DualMode = true;
        }

        socket.Bind(new IPEndPoint(address, _nextListener++));
        return socket;
    });

    public Socket Listen(IPAddress address)
    {
        var listener = Bind(address);
        listener.Listen(1024);
        return listener;
    }

    public Socket Accept(Socket listener) => Keep(listener.Accept());

    public Socket Dial(IPAddress address, Socket listener, Action<Socket>? prepare = null) => Namespace.Run(() =>
    {
        var client = Keep(new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        prepare?.Invoke(client);
        client.Connect(address, Port(listener));
        return client;
    });

    public (Socket Client, Socket Server) Pair(IPAddress address, Socket listener)
    {
        var client = Dial(address, listener);
        return (client, Keep(listener.Accept()));
    }

    /// <summary>An orderly ending in which the client closes first: it keeps a TIME-WAIT.</summary>
    public void ActiveClose(IPAddress address, Socket listener)
    {
        var (client, server) = Pair(address, listener);
        client.Close();
        server.Receive(new byte[1]).ShouldBe(0);
        server.Close();
    }

    public void UntilThereAre(int count, TcpStates states) => Eventually.Holds(
        () => Table.Count(new(states)) == count,
        () => $"{count} in {states}, of {string.Join(", ", Table.ToList(ConnectionFilter.All))}");

    public static ushort Port(Socket socket) => (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        Table.Dispose();
        Namespace.Dispose();
    }

    private Socket Keep(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }
}
