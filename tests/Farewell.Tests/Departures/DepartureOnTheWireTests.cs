using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Departures;
using Farewell.Observation;
using Farewell.Sockets;
using Farewell.Tcp;
using Farewell.Tests.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Farewell.Tests.Departures;

[SupportedOSPlatform("linux")]
public sealed class DepartureOnTheWireTests
{
    private static readonly DrainLimit Patient = DrainLimit.Default with { Time = Eventually.Limit };

    [Fact]
    public async Task Auto_HoldsATenthOfThePorts_AsTheKernelCounts()
    {
        using var network = new VethNetwork();
        VethNetwork.Set(network.Client, "net.ipv4.ip_local_port_range", "20000 20419");
        VethNetwork.Set(network.Client, "net.ipv4.ip_local_reserved_ports", "20000-20019");
        var budget = network.Client.Run(PortBudget.OfThisMachine);
        budget.Ports.ShouldBe(400);
        using var chooser = new DepartureChooser(new() { Budget = budget }, new FakeTimeProvider());
        var listener = network.Listen();
        for (var i = 0; i < 100; i++)
        {
            await LeaveAsync(network, listener, chooser, i < 40 ? Departure.Fin : Departure.UnheldFin);
        }

        (await network.SettledAsync()).ShouldBe((40, 0));
    }

    [Fact]
    public async Task TheKernelsTable_AddsWhatOthersLeft()
    {
        using var network = new VethNetwork();
        var clock = new FakeTimeProvider();
        using var chooser = new DepartureChooser(
            new() { Budget = new(100, "test") }, clock, network.Client.Run(ConnectionTable.Open));
        var (listener, other) = (network.Listen(), network.Listen());
        for (var i = 0; i < 9; i++)
        {
            await DepartAsync(network, listener);
            await DepartAsync(network, other);
        }

        var tuple = await LeaveAsync(network, listener, chooser, Departure.Fin);
        await network.SettledAsync();
        chooser.Correct();
        chooser.TimeWaits(tuple).ShouldBe(10, "nine of others and ours, none towards the other port");
        await LeaveAsync(network, listener, chooser, Departure.UnheldFin);

        // Without departures there is no correction, and what it said is soon too old; the next departure asks for a new one in the background.
        clock.Advance(TimeSpan.FromSeconds(10));
        chooser.TimeWaits(tuple).ShouldBe(1);
        await LeaveAsync(network, listener, chooser, Departure.Fin);
        await Eventually.HoldsAsync(() => chooser.TimeWaits(tuple) >= 10, () => "the kernel's count is taken over");
        chooser.Missing.ShouldBeNull();
    }

    private static async Task<FourTuple> LeaveAsync(VethNetwork network, Socket listener, DepartureChooser chooser, Departure expected)
    {
        var (client, server) = network.Pair(listener);
        FourTuple tuple = new(Endpoint.From((IPEndPoint)client.LocalEndPoint!), Endpoint.From((IPEndPoint)client.RemoteEndPoint!));
        var chosen = chooser.Choose(Departure.Auto, tuple);
        chosen.ShouldBe(expected);
        var peer = PeerAsync(server);
        var end = chosen == Departure.Fin ? await EndSocket.OrderlyAsync(client, Patient) : EndSocket.UnheldFin(client);
        chooser.Ended(tuple, chosen, end);
        await peer;
        return tuple;
    }

    private static async Task DepartAsync(VethNetwork network, Socket listener)
    {
        var (client, server) = network.Pair(listener);
        var peer = PeerAsync(server);
        (await EndSocket.OrderlyAsync(client, Patient)).Kind.ShouldBe(SocketEndKind.Orderly);
        await peer;
    }

    private static async Task PeerAsync(Socket server)
    {
        (await Conversation.ReadToEndAsync(server)).Reset.ShouldBeFalse();
        EndSocket.Passive(server);
    }
}
