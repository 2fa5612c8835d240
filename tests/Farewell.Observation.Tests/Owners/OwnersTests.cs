using System.Net;
using System.Runtime.Versioning;
using Farewell.Observation.Owners;
using Farewell.Observation.Readings;
using Farewell.Tcp;
using Farewell.Testing;

namespace Farewell.Observation.Tests.Owners;

[SupportedOSPlatform("linux")]
public sealed class OwnersTests
{
    private static readonly FourTuple Tuple = new(Endpoint.From(new(IPAddress.Loopback, 40000)), Endpoint.From(new(IPAddress.Loopback, 443)));

    [Theory]
    [InlineData("/system.slice/nginx.service", "nginx.service")]
    [InlineData("/user.slice/user-0.slice/session-3.scope", "session-3.scope")]
    [InlineData("/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope",
        "docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope")]
    [InlineData("/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "0123456789ab")]
    [InlineData("/", null)]
    [InlineData("", null)]
    public void UnitIn_NamesServiceScopeOrContainer(string controlGroup, string? unit) => SocketOwners.UnitIn(controlGroup).ShouldBe(unit);

    [Fact]
    public void Read_FindsThisProcess_ThroughItsOwnSocket()
    {
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.Loopback);
        var row = network.Table.ToList(new(TcpStates.Listen, PrivateNetwork.Port(listener))).ShouldHaveSingleItem();
        SocketOwners.Read()[row.Inode!.Value].ShouldNotBeNull().ProcessId.ShouldBe(Environment.ProcessId);
    }

    [Fact]
    public void Read_OfGarbage_IsNobody()
    {
        Require.Linux();
        var root = Directory.CreateTempSubdirectory("farewell-owners-");
        try
        {
            Directory.CreateDirectory(Path.Combine(root.FullName, "12", "fd"));
            Directory.CreateDirectory(Path.Combine(root.FullName, "13"));
            Directory.CreateDirectory(Path.Combine(root.FullName, "99999999999999999999"));
            foreach (var (name, target) in new[] { ("0", "socket:[x"), ("1", "socket:["), ("2", "socket:[99999999999999]"), ("3", "/dev/null"), ("4", "socket:[7]") })
            {
                File.CreateSymbolicLink(Path.Combine(root.FullName, "12", "fd", name), target);
            }

            var owners = SocketOwners.Read(root.FullName);
            owners.Count.ShouldBe(1);
            owners[7].ShouldBe(new SocketOwner(12, "?", null));
            SocketOwners.Read("/nowhere").Count.ShouldBe(0);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public void Read_OfAProcessThatNamesItselfAnEscapeSequence_IsHarmless()
    {
        Require.Linux();
        var root = Directory.CreateTempSubdirectory("farewell-owners-");
        try
        {
            var process = Directory.CreateDirectory(Path.Combine(root.FullName, "12", "fd")).Parent!.FullName;
            File.CreateSymbolicLink(Path.Combine(process, "fd", "4"), "socket:[7]");
            File.WriteAllText(Path.Combine(process, "comm"), "\u001b[2J\r\nh\u00e9\u4e16\u202e\n");
            File.WriteAllText(Path.Combine(process, "cgroup"), "0::/a\u001b]0;x\u0007.service\n");
            SocketOwners.Read(root.FullName)[7].ShouldBe(new SocketOwner(12, "?[2J??h\u00e9??", "a?]0;x?.service"));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public void Memory_IsBounded_HoweverManyProcessesAndDestinationsThereWere()
    {
        var memory = new OwnerMemory(capacity: 100);
        for (var at = 0; at < 1000; at++)
        {
            memory.Remember(Tuple with { Local = Tuple.Local.WithPort((ushort)(1 + at)) }, new(at, "script", null));
            memory.Remember(Tuple with { Remote = Tuple.Remote.WithPort((ushort)(1000 + at)) }, new(at, "script", null));
        }

        memory.Count.ShouldBe(100);
        memory.UsersOf(Tuple.Remote.WithPort(1000)).ShouldBeEmpty("long forgotten");
        memory.UsersOf(Tuple.Remote.WithPort(1999)).ShouldHaveSingleItem();
        memory.UsersOf(Tuple.Remote).Select(user => user.ProcessId).ShouldBe(Enumerable.Range(1000 - OwnerMemory.MostUsers, OwnerMemory.MostUsers), "the last seen");
    }

    [Fact]
    public void Memory_ForgetsTheOldest()
    {
        var memory = new OwnerMemory(capacity: 2);
        for (ushort port = 1; port <= 3; port++)
        {
            memory.Remember(Tuple with { Local = Tuple.Local.WithPort(port) }, new(port, "p", null));
        }

        memory.Count.ShouldBe(2);
        memory.Of(Tuple with { Local = Tuple.Local.WithPort(1) }).ShouldBeNull();
        memory.Of(Tuple with { Local = Tuple.Local.WithPort(3) })!.ProcessId.ShouldBe(3);
        memory.UsersOf(Tuple.Remote).Count.ShouldBe(3);
    }

    [Fact]
    public void Reading_AttributesATimeWait_ToTheProcessThatWasSeenWithTheConnection()
    {
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.Loopback);
        var (client, server) = network.Pair(IPAddress.Loopback, listener);
        using var reader = network.Namespace.Run(() => MachineReader.Open());
        var live = reader.Read();
        live.OwnersOf(live.Budgets[0]).ShouldHaveSingleItem().Live.ShouldBe(1);

        client.Close();
        server.Close();
        network.UntilThereAre(1, TcpStates.TimeWait);
        var ended = reader.Read();
        var share = ended.OwnersOf(ended.Budgets[0]).ShouldHaveSingleItem();
        (share.Owner.ProcessId, share.Live, share.TimeWait, share.OnlyUser).ShouldBe((Environment.ProcessId, 0, 1, true));
    }
}
