using System.Net;
using System.Net.Sockets;
using Farewell.Sockets;

namespace Farewell.Tests.Conformance;

/// <summary>Connections on this machine.</summary>
internal static class Loopback
{
    public static readonly DrainLimit Patient = DrainLimit.Default with { Time = Eventually.Limit };

    public static async Task<(Socket Server, Socket Client)> ConnectAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        return (await listener.AcceptAsync(), client);
    }
}
