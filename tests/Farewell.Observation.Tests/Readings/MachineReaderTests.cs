using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Observation.Linux;
using Farewell.Observation.Readings;
using Farewell.Observation.Tests.Linux;
using Farewell.Testing;

namespace Farewell.Observation.Tests.Readings;

[SupportedOSPlatform("linux")]
public sealed class MachineReaderTests
{
    [Fact]
    public void Read_OfAnEmptyNamespace_SaysThatThereIsNothing()
    {
        using var network = new PrivateNetwork();
        using var reader = network.Namespace.Run(() => MachineReader.Open());
        var reading = reader.Read();
        reading.Budgets.ShouldBeEmpty();
        reading.Accepted.ShouldBeEmpty();
        reading.States.Total.ShouldBe(0);
        reading.Range.Usable.ShouldBeGreaterThan(0);
        reading.Counters.ShouldNotBeNull();
        reading.Counted.ShouldBeNull();
        reader.Read().Counted.ShouldNotBeNull();
    }

    [Fact]
    public void Read_SeesTheNamespaceOfAProcess_AndOutlivesIt()
    {
        using var network = new PrivateNetwork();
        network.Listen(IPAddress.Loopback);
        var child = network.Namespace.Run(() => Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!);
        using var reader = MachineReader.OfProcess(child.Id);
        reader.Read().ListeningPorts.Count.ShouldBe(1);
        NamespaceList.Read().ShouldContain(listed => listed.Name == network.Namespace.Name && listed.ProcessId == child.Id);

        child.StandardInput.Close();
        child.WaitForExit();
        child.Dispose();
        reader.Read().ListeningPorts.Count.ShouldBe(1, "the reader stays inside");
    }

    [Fact]
    public void Read_CountsWhatBeganBetweenTwoReadings()
    {
        using var network = new PrivateNetwork();
        network.Namespace.Run(() => File.WriteAllText("/proc/sys/net/ipv4/tcp_rfc1337", "1"));
        var listener = network.Listen(IPAddress.Loopback);
        using var reader = network.Namespace.Run(() => MachineReader.Open());
        reader.Read();
        for (var close = 0; close < 20; close++)
        {
            network.ActiveClose(IPAddress.Loopback, listener);
        }

        network.UntilThereAre(20, TcpStates.TimeWait);
        var reading = reader.Read();
        reading.Fresh.ShouldBe(20);
        reading.Counted!.TimeWaits.ShouldBe(20);
        reading.KilledEarly.ShouldBe(0);
        reading.Memory!.TimeWait.ShouldBe(20);
    }

    [Fact]
    public void Read_TellsWhoKeepsCloseWait()
    {
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.Loopback);
        for (var pair = 0; pair < 3; pair++)
        {
            network.Pair(IPAddress.Loopback, listener).Client.Close();
        }

        network.UntilThereAre(3, TcpStates.CloseWait);
        using var reader = network.Namespace.Run(() => MachineReader.Open());
        reader.Read();
        var group = reader.Read().CloseWaits.ShouldHaveSingleItem();
        group.Owner!.ProcessId.ShouldBe(Environment.ProcessId);
        (group.Accepted, group.Where.Port, group.Count, group.Stayed, group.EndUnread).ShouldBe((true, PrivateNetwork.Port(listener), 3, 3, 3));
    }

    [Fact]
    public void Read_LooksForPortsBoundOnPurpose_InAFiveHundredthOfTheTime()
    {
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.Loopback);
        var time = new SteppingTime();
        using var reader = network.Namespace.Run(() => MachineReader.Open(time, ownersKept: TimeSpan.FromSeconds(10)));
        reader.Read();

        var client = network.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using (client)
        {
            client.Bind(new IPEndPoint(IPAddress.Loopback, 40_000));
            client.Connect(listener.LocalEndPoint!);
            time.Now += TimeSpan.FromSeconds(20);
            reader.Read().Budgets.ShouldHaveSingleItem().Bound.ShouldBe(0, "looking took 0.1 s or more by this clock, which is worth 50 s");
            time.Now += TimeSpan.FromSeconds(500);
            reader.Read().Budgets.ShouldHaveSingleItem().Bound.ShouldBe(1);
        }
    }

    [Fact]
    public void Read_NeedsNoPrivilege()
    {
        Require.Root();
        var reading = Capabilities.Without(() =>
        {
            using var reader = MachineReader.Open();
            return reader.Read();
        });
        reading.Missing.Keys.ShouldNotContain("connections");
        reading.Settings.Range.ShouldNotBeNull();
    }

    /// <summary>A clock on which everything takes a tenth of a second from one look at it to the next.</summary>
    private sealed class SteppingTime : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (Now += TimeSpan.FromSeconds(0.1)).Ticks;
    }
}
