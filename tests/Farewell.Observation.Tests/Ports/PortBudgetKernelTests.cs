using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Observation.Readings;

namespace Farewell.Observation.Tests.Ports;

/// <summary>Budgets against a kernel that is driven until it has no port left: what the budget says is free must be what the kernel gives.</summary>
[SupportedOSPlatform("linux")]
public sealed class PortBudgetKernelTests
{
    private const int BindAddressNoPort = 24;
    private const int LocalPortRange = 51;
    private const int Ports = NarrowNetwork.Ports;
    private const ushort Low = NarrowNetwork.Low;
    private static readonly IPAddress Source = NarrowNetwork.Source;
    private static readonly IPAddress Host = NarrowNetwork.Host;

    public enum Way
    {
        Plain,
        NoPort,
        Ranged,
        BoundToZero,
        BoundByNumber,
    }

    [Theory]
    [InlineData(Way.Plain, 60)]
    [InlineData(Way.Plain, Ports)]
    [InlineData(Way.NoPort, 60)]
    [InlineData(Way.NoPort, Ports)]
    [InlineData(Way.Ranged, 50)]
    [InlineData(Way.BoundToZero, 60)]
    [InlineData(Way.BoundToZero, 130)]
    [InlineData(Way.BoundByNumber, 80)]
    public void Budget_IsWhatTheKernelStillGives(Way way, int first)
    {
        using var narrow = new NarrowNetwork();
        var network = narrow.Inner;
        var one = network.Listen(Host);
        var other = network.Listen(Host);
        using var reader = network.Namespace.Run(() => MachineReader.Open());
        Dial(network, one, way, first).ShouldBe(first, "the kernel has so many ports");

        // To the same destination.
        var budget = reader.Read().Budgets.Single(b => b.Destination.Port == PrivateNetwork.Port(one));
        budget.InUse.ShouldBe(first);
        budget.CliffAt.ShouldBe(Ports / 2);

        // To another one: one connection there, so that it has a budget.
        var shared = way is Way.Plain or Way.NoPort or Way.Ranged;
        var open = Dial(network, other, Way.Plain, 1);
        open.ShouldBe(1);
        var there = reader.Read().Budgets.Single(b => b.Destination.Port == PrivateNetwork.Port(other));
        there.Limit.ShouldBe(shared ? Ports : Ports - first, $"{way} {(shared ? "shares" : "does not share")} its ports between destinations");
        Dial(network, other, Way.Plain, Ports + 1).ShouldBe(there.Free, "what the budget calls free is what the kernel gives");
        var full = reader.Read().Budgets.Single(b => b.Destination.Port == PrivateNetwork.Port(other));
        full.IsExhausted.ShouldBeTrue();
        full.SecondsToExhaustion.ShouldBe(0);
        full.IsPastCliff.ShouldBeTrue();
    }

    [Fact]
    public void Budget_LeavesOutReservedPortsAndListeners()
    {
        using var narrow = new NarrowNetwork();
        var network = narrow.Inner;
        network.Namespace.Run(() => File.WriteAllText("/proc/sys/net/ipv4/ip_local_reserved_ports", "40000-40049,40101"));
        using var inside = network.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        inside.Bind(new IPEndPoint(IPAddress.Any, 40150));
        inside.Listen();
        using var idle = network.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        idle.Bind(new IPEndPoint(IPAddress.Any, 40152));
        var listener = network.Listen(Host);
        using var reader = network.Namespace.Run(() => MachineReader.Open());

        var free = 1;
        Dial(network, listener, Way.Plain, 1).ShouldBe(1);
        var budget = reader.Read().Budgets.ShouldHaveSingleItem();
        budget.Limit.ShouldBe(Ports - 51 - 2);
        free += Dial(network, listener, Way.Plain, Ports);
        free.ShouldBe(budget.Limit);
    }

    [Fact]
    public void Budget_CountsTimeWaits_UntilTheKernelRefuses()
    {
        using var narrow = new NarrowNetwork();
        var network = narrow.Inner;
        var listener = network.Listen(Host);
        using var reader = network.Namespace.Run(() => MachineReader.Open());
        var ended = 0;
        try
        {
            for (; ended <= Ports; ended++)
            {
                network.ActiveClose(Host, listener);
            }
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AddressNotAvailable)
        {
        }

        ended.ShouldBe(Ports);
        network.UntilThereAre(Ports, TcpStates.TimeWait);
        var budget = reader.Read().Budgets.ShouldHaveSingleItem();
        budget.IsExhausted.ShouldBeTrue();
        budget.TimeWait.ShouldBe(Ports);
        budget.Returns.Within(61).ShouldBe(Ports);
    }

    [Theory]
    //          tcp_tw_reuse_delay, ms
    [InlineData("1", Ports)]
    [InlineData("60000", Ports - 20)]
    public void Budget_OnLoopback_DoesNotCountWhatIsOldEnoughToBeReused(string delay, int free)
    {
        using var narrow = new NarrowNetwork();
        narrow.Set("net.ipv4.tcp_tw_reuse_delay", delay);
        var network = narrow.Inner;
        var listener = network.Listen(IPAddress.Loopback);
        for (var ended = 0; ended < 20; ended++)
        {
            network.ActiveClose(IPAddress.Loopback, listener);
        }

        using var reader = network.Namespace.Run(() => MachineReader.Open());
        network.UntilThereAre(20, TcpStates.TimeWait);
        var budget = reader.Read().Budgets.ShouldHaveSingleItem();
        budget.ReusesTimeWaits.ShouldBeTrue();
        (budget.InUse, budget.Free).ShouldBe((20, free));
        var dialled = 0;
        try
        {
            for (; dialled <= Ports; dialled++)
            {
                network.Dial(IPAddress.Loopback, listener);
                network.Accept(listener);
            }
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AddressNotAvailable)
        {
        }

        dialled.ShouldBe(free, "the kernel gives as many as were told");
    }

    private static int Dial(PrivateNetwork network, Socket listener, Way way, int most)
    {
        for (var dialled = 0; dialled < most; dialled++)
        {
            try
            {
                var at = dialled;
                network.Dial(Host, listener, socket => Prepare(socket, way, at));
                network.Accept(listener);
            }
            catch (SocketException refused) when (refused.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse)
            {
                return dialled;
            }
        }

        return most;
    }

    private static void Prepare(Socket socket, Way way, int at)
    {
        switch (way)
        {
            case Way.NoPort:
                socket.SetRawSocketOption((int)SocketOptionLevel.IP, BindAddressNoPort, BitConverter.GetBytes(1));
                socket.Bind(new IPEndPoint(Source, 0));
                break;
            case Way.Ranged:
                socket.SetRawSocketOption((int)SocketOptionLevel.IP, LocalPortRange, BitConverter.GetBytes(Low | (Low + 49) << 16));
                break;
            case Way.BoundToZero:
                socket.Bind(new IPEndPoint(Source, 0));
                break;
            case Way.BoundByNumber:
                socket.Bind(new IPEndPoint(Source, Low + at));
                break;
        }
    }
}
