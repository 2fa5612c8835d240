using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Tcp;
using Farewell.Testing;

namespace Farewell.Observation.Tests;

[SupportedOSPlatform("linux")]
public sealed class ConnectionTableTests
{
    private static readonly IPAddress[] Families = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    [Fact]
    public void Read_GivesWhatSsGives_RowByRow()
    {
        Require.Root();
        var ss = Require.Tool("ss", "iproute2");
        using var network = new PrivateNetwork();
        Populate(network);

        var before = network.Table.ToList(new(TcpStates.All & ~TcpStates.Closed));
        var theirs = network.Output(ss, "-Htanoe").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(SsRow.Parse).ToList();
        var after = network.Table.ToList(new(TcpStates.All & ~TcpStates.Closed)).ToDictionary(row => row.Cookie!.Value);

        before.Select(row => SsRow.From(row)).ShouldBe(theirs.Select(row => row.Row), ignoreOrder: true);
        before.Select(row => row.State).Distinct().ShouldBe(
            [TcpState.Listen, TcpState.Established, TcpState.FinWait2, TcpState.CloseWait, TcpState.TimeWait], ignoreOrder: true);
        foreach (var row in before)
        {
            var (_, timer, left) = theirs.Single(their => their.Row.Cookie == row.Cookie);
            timer.ShouldBe(row.Timer switch { ConnectionTimer.None => "", ConnectionTimer.TimeWait => "timewait", var other => $"not {other}" });
            if (row.Timer == ConnectionTimer.TimeWait)
            {
                var second = TimeSpan.FromSeconds(1);
                left!.Value.ShouldBeInRange(after[row.Cookie!.Value].TimeLeft!.Value - second, row.TimeLeft!.Value + second);
                row.TimeLeft.Value.ShouldBeInRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(62));
            }
        }
    }

    [Fact]
    public void Read_TellsOrphansFromHeldConnections()
    {
        using var network = new PrivateNetwork();
        Populate(network);

        network.Table.ToList(new(TcpStates.TimeWait)).ShouldAllBe(row =>
            row.IsOrphan && row.Timer == ConnectionTimer.TimeWait && row.UserId == null);
        var finWait2 = network.Table.ToList(new(TcpStates.FinWait2));
        finWait2.Count(row => row.IsOrphan).ShouldBe(3, "those whose client has closed");
        finWait2.Count(row => !row.IsOrphan && row.UserId == 0).ShouldBe(3, "those whose client has only shut down");
        network.Table.ToList(new(TcpStates.Established)).ShouldAllBe(row => !row.IsOrphan && !row.IsUnaccepted);
    }

    [Fact]
    public void Read_FindsMappedAddressesInAnIPv6Listener()
    {
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.IPv6Any);
        var (client, _) = network.Pair(IPAddress.Loopback, listener);

        var server = network.Table.ToList(new(TcpStates.Established, LocalPort: PrivateNetwork.Port(listener))).ShouldHaveSingleItem();
        server.Tuple.Local.IsIPv4Mapped.ShouldBeTrue();
        server.Tuple.Remote.Unmap().ShouldBe(Endpoint.From((IPEndPoint)client.LocalEndPoint!));
    }

    [Fact]
    public void Read_FindsRequestsThatHaveNoSocketYet()
    {
        const int deferAccept = 9; // TCP_DEFER_ACCEPT: the request stays in SYN-RECEIVED until data comes
        using var network = new PrivateNetwork();
        var listener = network.Bind(IPAddress.Loopback);
        listener.SetRawSocketOption((int)SocketOptionLevel.Tcp, deferAccept, BitConverter.GetBytes(30));
        listener.Listen();
        network.Dial(IPAddress.Loopback, listener);

        var request = network.Table.ToList(new(TcpStates.SynReceived)).ShouldHaveSingleItem();
        request.State.ShouldBe(TcpState.SynReceived);
        request.IsUnaccepted.ShouldBeTrue();
        request.UserId.ShouldBeNull();
    }

    [Fact]
    public void Read_FindsSocketsThatAreOnlyBound()
    {
        Require.That(Environment.OSVersion.Version >= new Version(6, 8), "needs Linux 6.8 (TCP_BOUND_INACTIVE)");
        using var network = new PrivateNetwork();
        var bound = network.Bind(IPAddress.Loopback);

        var row = network.Table.ToList(ConnectionFilter.All).ShouldHaveSingleItem();
        row.State.ShouldBe(TcpState.Closed);
        row.Tuple.Local.ShouldBe(Endpoint.From((IPEndPoint)bound.LocalEndPoint!));
    }

    [Fact]
    public void Read_CountsWhatNobodyHasReadOrAccepted()
    {
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.Loopback);
        var client = network.Dial(IPAddress.Loopback, listener);
        client.Send(new byte[1234]);

        ConnectionFilter serverSide = new(TcpStates.Established, LocalPort: PrivateNetwork.Port(listener));
        Eventually.Holds(
            () => network.Table.ToList(serverSide) is [{ ReceiveQueue: 1234, IsUnaccepted: true }],
            () => $"1,234 octets for a connection not accepted; {string.Join(", ", network.Table.ToList(serverSide))}");
        network.Table.ToList(new(TcpStates.Listen)).ShouldHaveSingleItem().ReceiveQueue.ShouldBe(1u);
    }

    [Fact]
    public void Read_FiltersByPortAndState()
    {
        using var network = new PrivateNetwork();
        Populate(network);
        var all = network.Table.ToList(ConnectionFilter.All);

        foreach (var (local, remote) in all.Select(row => (row.Tuple.Local.Port, row.Tuple.Remote.Port)).Distinct())
        {
            ConnectionFilter[] filters =
            [
                new(TcpStates.All, LocalPort: local), new(TcpStates.All, RemotePort: remote), new(TcpStates.All, local, remote),
                new(TcpStates.Connected, LocalPort: local), new(TcpStates.TimeWait, RemotePort: remote),
                new(TcpStates.None, LocalPort: local),
            ];
            foreach (var filter in filters)
            {
                network.Table.ToList(filter).Select(row => row.Cookie).ShouldBe(
                    all.Where(row => filter.Admits(row)).Select(row => row.Cookie), ignoreOrder: true, $"{filter}");
            }
        }
    }

    [Fact]
    public void Read_AllocatesNothingPerRow()
    {
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.Loopback);
        for (var pair = 0; pair < 400; pair++)
        {
            network.Pair(IPAddress.Loopback, listener);
        }

        Allocated(TcpStates.All, 801);
        Allocated(TcpStates.Listen, 1);
        Allocated(TcpStates.All, 801).ShouldBe(Allocated(TcpStates.Listen, 1));
        Allocated(TcpStates.All, 801).ShouldBe(0);

        long Allocated(TcpStates states, int rows)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var count = network.Table.Count(new(states));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            count.ShouldBe(rows);
            return allocated;
        }
    }

    [Fact]
    public void Read_IsWholeAgain_AfterAVisitorStoppedOrThrew()
    {
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.Loopback);
        for (var pair = 0; pair < 300; pair++)
        {
            network.Pair(IPAddress.Loopback, listener);
        }

        network.Table.Read(ConnectionFilter.All, (in _) => false).Rows.ShouldBe(1);
        network.Table.Count(ConnectionFilter.All).ShouldBe(601);
        Should.Throw<FormatException>(() => network.Table.Read(ConnectionFilter.All, (in _) => throw new FormatException()));
        network.Table.Count(ConnectionFilter.All).ShouldBe(601);
        Should.Throw<InvalidOperationException>(() =>
            network.Table.Read(ConnectionFilter.All, (in _) => network.Table.Count(ConnectionFilter.All) > 0));
        network.Table.Count(ConnectionFilter.All).ShouldBe(601);
    }

    [Fact]
    public void Open_ShowsTheNamespaceOfTheThreadThatOpened()
    {
        using var network = new PrivateNetwork();
        using var outside = ConnectionTable.Open();
        network.Listen(IPAddress.Loopback);

        var inside = network.Table.ToList(new(TcpStates.Listen)).ShouldHaveSingleItem();
        outside.ToList(ConnectionFilter.All).ShouldNotContain(row => row.Inode == inside.Inode);
    }

    [Fact]
    public void Read_AfterDispose_Throws()
    {
        Require.Linux();
        var table = ConnectionTable.Open();
        table.Dispose();
        Should.Throw<ObjectDisposedException>(() => table.Count(ConnectionFilter.All));
    }

    // Per listener: a pair in ESTABLISHED, one in FIN-WAIT-2 and CLOSE-WAIT, one whose FIN-WAIT-2 is orphaned, and a TIME-WAIT.
    private static void Populate(PrivateNetwork network)
    {
        (IPAddress Listen, IPAddress Dial)[] ways = [.. Families.Select(family => (family, family)), (IPAddress.IPv6Any, IPAddress.Loopback)];
        foreach (var (listen, dial) in ways)
        {
            var listener = network.Listen(listen);
            network.Pair(dial, listener);
            network.Pair(dial, listener).Client.Shutdown(SocketShutdown.Send);
            network.Pair(dial, listener).Client.Close();
            network.ActiveClose(dial, listener);
        }

        network.UntilThereAre(3, TcpStates.TimeWait);
        network.UntilThereAre(6, TcpStates.FinWait2);
        network.UntilThereAre(6, TcpStates.CloseWait);
    }
}
