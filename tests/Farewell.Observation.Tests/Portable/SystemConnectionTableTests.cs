using System.Net;
using System.Net.Sockets;
using Farewell.Observation.Portable;
using Farewell.Tcp;
using Farewell.Testing;

namespace Farewell.Observation.Tests.Portable;

public sealed class SystemConnectionTableTests
{
    [Fact]
    public void Read_FindsAListenerAndItsConnection()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var port = (ushort)((IPEndPoint)listener.LocalEndPoint!).Port;
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Require.That(Reaches(client, listener.LocalEndPoint), "needs a loopback interface that is up (in a new namespace: ip link set lo up)");
        using var server = listener.Accept();

        using var table = new SystemConnectionTable("A test wants it.");
        table.ToList(new(TcpStates.Listen, port)).ShouldHaveSingleItem().Tuple.Local.ShouldBe(Endpoint.From((IPEndPoint)listener.LocalEndPoint));
        var row = table.ToList(new(TcpStates.Established, port)).ShouldHaveSingleItem();
        row.Tuple.Remote.ShouldBe(Endpoint.From((IPEndPoint)client.LocalEndPoint!));
        row.ShouldBe(new Connection(row.Tuple, TcpState.Established), "all else is not known");
        table.ToList(new(TcpStates.All, port)).Count.ShouldBe(2);
        table.Read(new(TcpStates.All, port), (in _) => false).Rows.ShouldBe(1);
        table.Missing.ShouldContain("A test wants it.");
    }

    private static bool Reaches(Socket client, EndPoint listener)
    {
        try
        {
            client.Connect(listener);
            return true;
        }
        catch (SocketException unreachable) when (unreachable.SocketErrorCode == SocketError.NetworkUnreachable)
        {
            return false;
        }
    }
}
