using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Observation.Findings;
using Farewell.Observation.Readings;
using Farewell.Testing;

namespace Farewell.Observation.Tests.Findings;

/// <summary>Connection tracking in a namespace of its own, with a table of its own; only the limit is the whole machine's.</summary>
[SupportedOSPlatform("linux")]
public sealed class ConnectionTrackingFindingTests : IDisposable
{
    // What the kernel takes for a limit on any machine from 4 GB on. More would be too much memory for a test.
    private const int MostToFill = 262_144;

    private readonly NarrowNetwork _network = new();

    public ConnectionTrackingFindingTests() => _network.Inner.Output(
        Require.Tool("nft", "nftables"), "add table t; add chain t c { type filter hook output priority 0; }; add rule t c ct state new accept");

    public void Dispose() => _network.Dispose();

    [Fact]
    public void ItsLongerTimeWait_IsFound()
    {
        _network.Set("net.ipv4.ip_local_port_range", "40000 43999");
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        using var reader = _network.Reader();
        reader.Read();
        _network.Churn(listener, 1100);
        var reading = reader.Read();
        reading.Tracking.ShouldNotBeNull().Count.ShouldBeGreaterThanOrEqualTo(1100);
        Diagnosis.Of(reading).ShouldContain(f => f.Id == FindingCatalog.NatTimeWait);
    }

    [Fact]
    public void ATableFilledToItsLimit_IsFound_AndOneNearIt()
    {
        using var reader = _network.Reader();
        var limit = reader.Read().Tracking.ShouldNotBeNull().Limit;
        Assert.SkipWhen(limit > MostToFill, $"This machine's nf_conntrack_max, {limit}, is more than a test should fill.");

        FillUpTo((int)(limit * 0.95));
        var near = Found(reader);
        near.Severity.ShouldBe(Severity.Warning);
        ((long)near.Evidence["count"]).ShouldBeInRange((long)(limit * 0.95), limit - 1);
        near.Remedy.ShouldContain($"sysctl -w net.netfilter.nf_conntrack_max={2 * limit}");

        FillUpTo((int)limit + 1000);
        var full = Found(reader);

        // Nobody has answered any of these, so the kernel forgets some for others instead of dropping.
        ((long)full.Evidence["count"]).ShouldBeInRange((long)(limit * 0.98), limit + 100);
        ((long)full.Evidence["forgottenInInterval"] + (long)full.Evidence["droppedInInterval"]).ShouldBeGreaterThan(0);
        full.Title.ShouldContain("to make room");
    }

    private static Finding Found(MachineReader reader) => Diagnosis.Of(reader.Read()).Where(f => f.Id == FindingCatalog.ConnectionTrackingFull).ShouldHaveSingleItem();

    // Each datagram to another address of loopback is another connection to it. Nobody reads them; the receiver is there so that nobody refuses them.
    private void FillUpTo(int count) => _network.Inner.Namespace.Run(() =>
    {
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 0 };
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Any, 0));
        sender.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var destination = new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)receiver.LocalEndPoint!).Port).Serialize();
        for (var at = 1; at <= count; at++)
        {
            (destination[5], destination[6], destination[7]) = ((byte)(at >> 16), (byte)(at >> 8), (byte)at);
            sender.SendTo("x"u8, SocketFlags.None, destination);
        }

        return count;
    });
}
