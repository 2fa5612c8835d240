using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Observation.Findings;
using Farewell.Testing;

namespace Farewell.Observation.Tests.Findings;

/// <summary>Each finding provoked on the real kernel, in a network namespace of its own, and recognised.</summary>
[SupportedOSPlatform("linux")]
public sealed class ProvokedFindingTests : IDisposable
{
    private readonly NarrowNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Fact]
    public void HealthyHost_HasNoFinding()
    {
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        for (var pair = 0; pair < 5; pair++)
        {
            _network.Inner.Pair(NarrowNetwork.Host, listener);
        }

        _network.Inner.ActiveClose(NarrowNetwork.Host, listener);
        Find(() => { }).ShouldBeEmpty();
    }

    [Fact]
    public void Exhaustion_IsFound_WithTheCliffAndTheChurnThatLedThere()
    {
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var findings = Find(() =>
        {
            _network.Churn(listener, NarrowNetwork.Ports);
            _network.Inner.UntilThereAre(NarrowNetwork.Ports, TcpStates.TimeWait);
        });

        findings[0].Id.ShouldBe(FindingCatalog.PortsExhausted);
        findings[0].Severity.ShouldBe(Severity.Critical);
        findings[0].Evidence["inUse"].ShouldBe(NarrowNetwork.Ports);
        findings[0].Effect.ShouldContain("1024 65535");
        findings.Select(f => f.Id).ShouldBe([FindingCatalog.PortsExhausted, FindingCatalog.PastTheCliff, FindingCatalog.ClientChurn]);
        Should.Throw<SocketException>(() => _network.Inner.Dial(NarrowNetwork.Host, listener)).SocketErrorCode.ShouldBe(SocketError.AddressNotAvailable);
    }

    [Fact]
    public void NearExhaustion_IsFound()
    {
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var finding = Find(() => _network.Churn(listener, 185)).First();
        finding.Id.ShouldBe(FindingCatalog.PortsRunningOut);
        finding.Evidence["inUse"].ShouldBe(185);
    }

    [Fact]
    public void ChurnOnLoopback_IsInformation()
    {
        var listener = _network.Inner.Listen(IPAddress.Loopback);
        var findings = Find(() =>
        {
            for (var ended = 0; ended < 150; ended++)
            {
                _network.Inner.ActiveClose(IPAddress.Loopback, listener);
            }
        });
        findings.ShouldAllBe(f => f.Severity == Severity.Info);
        findings.ShouldContain(f => f.Id == FindingCatalog.ClientChurn);
    }

    [Fact]
    public void BoundPorts_AreFound_ThatStarveOthers()
    {
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var finding = Find(() =>
        {
            for (var at = 0; at < 60; at++)
            {
                _network.Inner.Dial(NarrowNetwork.Host, listener, socket => socket.Bind(new IPEndPoint(NarrowNetwork.Source, 0)));
            }
        }).Single(f => f.Id == FindingCatalog.BoundPorts);
        finding.Severity.ShouldBe(Severity.Warning);
        finding.Evidence["boundAndConnected"].ShouldBe(60);
        finding.Evidence["leftForConnect"].ShouldBe(140);
    }

    [Fact]
    public void BoundPorts_AreFound_WhenNobodyDialsAtAll()
    {
        var sockets = new List<Socket>();
        try
        {
            var finding = Find(() =>
            {
                for (var at = 0; at < NarrowNetwork.Ports; at++)
                {
                    var bound = _network.Inner.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                    sockets.Add(bound);
                    bound.Bind(new IPEndPoint(NarrowNetwork.Source, NarrowNetwork.Low + at));
                }
            }).Single(f => f.Id == FindingCatalog.BoundPorts);
            finding.Severity.ShouldBe(Severity.Critical);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public void Overflow_IsFound_AndTheSettingThatCausesIt()
    {
        _network.Set("net.ipv4.tcp_max_tw_buckets", "3");
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var findings = Find(() => _network.Churn(listener, 12));
        var overflow = findings.Single(f => f.Id == FindingCatalog.TimeWaitOverflow);
        ((long)overflow.Evidence["overflowsInInterval"]).ShouldBeInRange(8, 9);
        findings.ShouldContain(f => f.Id == FindingCatalog.FewTimeWaits);
        var missing = findings.Single(f => f.Id == FindingCatalog.TimeWaitsMissing);
        missing.Evidence["overflowed"].ShouldBe(overflow.Evidence["overflowsInInterval"]);
        missing.Evidence["killed"].ShouldBe(0L);
    }

    [Fact]
    public void AbortedConnections_AreFoundMissing()
    {
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var finding = Find(() =>
        {
            for (var at = 0; at < 20; at++)
            {
                _network.Inner.Pair(NarrowNetwork.Host, listener).Client.Close(0);
            }
        }).Single(f => f.Id == FindingCatalog.TimeWaitsMissing);
        finding.Evidence["abortedOnData"].ShouldBe(20L);
        finding.Severity.ShouldBe(Severity.Info);
    }

    [Fact]
    public void KilledTimeWaits_AreFoundMissing()
    {
        var ss = Require.Tool("ss", "iproute2");
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var finding = Find(() =>
        {
            _network.Churn(listener, 20);
            _network.Inner.UntilThereAre(20, TcpStates.TimeWait);
            _network.Inner.Output(ss, "-tK", "state", "time-wait"); // without -t it asks for protocols that this kernel lacks, and says so
            _network.Inner.UntilThereAre(0, TcpStates.TimeWait);
        }).Single(f => f.Id == FindingCatalog.TimeWaitsMissing);
        finding.Evidence["killed"].ShouldBe(20L);
    }

    [Fact]
    public void ReusedTimeWaits_AreFoundMissing()
    {
        _network.Set("net.ipv4.tcp_tw_reuse", "1");
        _network.Set("net.ipv4.tcp_tw_reuse_delay", "1");
        _network.Set("net.ipv4.ip_local_port_range", "40000 40009");
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var findings = Find(() =>
        {
            for (var ended = 0; ended < 40; ended++)
            {
                var at = ended;
                Eventually.Holds(() => Churned(listener), () => $"connection {at} finds a TIME_WAIT old enough");
            }
        });
        ((long)findings.Single(f => f.Id == FindingCatalog.TimeWaitsMissing).Evidence["reused"]).ShouldBeInRange(25, 35);
        findings.ShouldContain(f => f.Id == FindingCatalog.ShortenedLengths);
        findings.ShouldNotContain(f => f.Id == FindingCatalog.PortsExhausted, "the kernel gives these ports again");
    }

    [Fact]
    public void ServerClosingFirst_IsInformation()
    {
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var finding = Find(() => ServerCloses(listener, NarrowNetwork.Host, 12)).ShouldHaveSingleItem();
        finding.Id.ShouldBe(FindingCatalog.ServerClosesFirst);
        finding.Evidence["acceptedTimeWaits"].ShouldBe(12);
        finding.Evidence["ofPeersDialledToo"].ShouldBe(0);
        finding.Severity.ShouldBe(Severity.Info);
    }

    [Fact]
    public void ServerClosingFirst_OnPeersThatItDialsToo_IsAWarning()
    {
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var other = _network.Inner.Listen(NarrowNetwork.Source);
        var finding = Find(() =>
        {
            ServerCloses(listener, NarrowNetwork.Host, 12);
            _network.Inner.Pair(NarrowNetwork.Host, listener);
            _network.Inner.Pair(NarrowNetwork.Source, other);
        }).Single(f => f.Id == FindingCatalog.ServerClosesFirst);
        finding.Severity.ShouldBe(Severity.Warning);
        finding.Cause.ShouldContain("also dials");
    }

    [Fact]
    public void ServerClosingFirst_NearTheLimitOfTimeWaits_IsAWarning()
    {
        _network.Set("net.ipv4.tcp_max_tw_buckets", "14");
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var finding = Find(() => ServerCloses(listener, NarrowNetwork.Host, 12)).Single(f => f.Id == FindingCatalog.ServerClosesFirst);
        finding.Severity.ShouldBe(Severity.Warning);
        finding.Cause.ShouldContain("of the limit");
        finding.Evidence["owner"].ToString()!.ShouldContain($"[{Environment.ProcessId}]");
    }

    [Fact]
    public void ServerClosingFirst_OnPeersThatComeBackTooSoon_IsAWarning()
    {
        _network.Set("net.ipv4.tcp_timestamps", "2"); // without an offset of each connection's own, so that 1 is old
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var finding = Find(() =>
        {
            ServerCloses(listener, NarrowNetwork.Host, 12);
            using var raw = _network.Inner.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp));
            for (var port = 30_000; port < 30_012; port++)
            {
                // A SYN with the timestamp of long ago, as from another host behind the same NAT.
                raw.SendTo(OldSyn.Of(NarrowNetwork.Host, port, NarrowNetwork.Host, PrivateNetwork.Port(listener)), new IPEndPoint(NarrowNetwork.Host, 0));
            }
        }).Single(f => f.Id == FindingCatalog.ServerClosesFirst);
        finding.Severity.ShouldBe(Severity.Warning);
        ((long)finding.Evidence["refusedSegments"]).ShouldBeInRange(1, 24);
        finding.Cause.ShouldContain("peers come back");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public void ServerClosingFirst_OnPeersThatReuseTheirPorts_IsAWarning(string rfc1337)
    {
        _network.Set("net.ipv4.tcp_rfc1337", rfc1337);
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var finding = Find(() =>
        {
            ServerCloses(listener, NarrowNetwork.Host, 12);
            ServerCloses(listener, NarrowNetwork.Host, 12);
        }).Single(f => f.Id == FindingCatalog.ServerClosesFirst);
        finding.Severity.ShouldBe(Severity.Warning);
        finding.Evidence["endedByPeers"].ShouldBe(12L);
        finding.Cause.ShouldContain("12 TIME_WAITs ended by their next connection");
    }

    [Theory]
    [InlineData("1", "endedByPeers", "rfc1337 is 1")]
    [InlineData("0", "killedOrEndedByPeers", "from the same port")]
    public void PeersThatDialAgainFromTheSamePort_AreNotTakenForResets(string rfc1337, string evidence, string cause)
    {
        _network.Set("net.ipv4.tcp_rfc1337", rfc1337);
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var finding = Find(() =>
        {
            for (var at = 0; at < 12; at++)
            {
                ServerClosesOnce(listener, NarrowNetwork.Host, port: 30_000);
            }
        }).Single(f => f.Id == FindingCatalog.TimeWaitsMissing);
        finding.Evidence["killed"].ShouldBe(0L);
        finding.Evidence[evidence].ShouldBe(11L);
        finding.Cause.ShouldContain(cause);
    }

    [Fact]
    public void CloseWaitLeak_IsFound_AndNotTakenForChurn()
    {
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        for (var at = 0; at < 12; at++)
        {
            _network.Inner.Pair(NarrowNetwork.Host, listener).Client.Close();
        }

        _network.Inner.UntilThereAre(12, TcpStates.CloseWait);
        var finding = Find(() => { }).ShouldHaveSingleItem();
        finding.Id.ShouldBe(FindingCatalog.CloseWaitLeak);
        finding.Evidence["stayed"].ShouldBe(12);
        finding.Title.ShouldContain($"[{Environment.ProcessId}]");
    }

    [Fact]
    public void OrphanedFinWait2_IsFound()
    {
        var listener = _network.Inner.Listen(NarrowNetwork.Host);
        var findings = Find(() =>
        {
            for (var at = 0; at < 110; at++)
            {
                _network.Inner.Pair(NarrowNetwork.Host, listener).Client.Close();
            }

            _network.Inner.UntilThereAre(110, TcpStates.FinWait2);
        });
        findings.Single(f => f.Id == FindingCatalog.OrphanedFinWait2).Evidence["dialled"].ShouldBe(110);
    }

    [Fact]
    public void ListenersOfDifferentPrograms_AreFound()
    {
        var python = Require.Tool("python3", "python3");
        using var mine = _network.Inner.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        mine.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        mine.Bind(new IPEndPoint(IPAddress.Any, 8080));
        mine.Listen();
        const string listen = "import socket,sys; s=socket.socket(); s.setsockopt(1,15,1); s.setsockopt(1,2,1); s.bind(('',8080)); s.listen(); print('up',flush=True); sys.stdin.read()";
        using var other = _network.Inner.Namespace.Run(() => Process.Start(new ProcessStartInfo(python, ["-c", listen])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
        try
        {
            other.StandardOutput.ReadLine().ShouldBe("up");
            var finding = Find(() => { }).ShouldHaveSingleItem();
            finding.Id.ShouldBe(FindingCatalog.SharedListener);
            finding.Evidence["sockets"].ShouldBe(2);
            finding.Title.ShouldContain($"[{other.Id}]");
        }
        finally
        {
            other.StandardInput.Close();
            other.WaitForExit();
        }
    }

    [Fact]
    public void ListenersOfOneProgram_AreNoFinding()
    {
        Socket[] workers = [.. Enumerable.Range(0, 2).Select(_ => _network.Inner.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)))];
        foreach (var worker in workers)
        {
            worker.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            worker.Bind(new IPEndPoint(IPAddress.Any, 8080));
            worker.Listen();
        }

        Find(() => { }).ShouldBeEmpty();
        Array.ForEach(workers, worker => worker.Dispose());
    }

    [Theory]
    [InlineData(true, false, true)] // dotnet A.dll and dotnet B.dll are both called dotnet
    [InlineData(false, true, true)] // the same program started once more, from elsewhere
    [InlineData(false, false, false)] // two workers
    public void ListenersOfOneInterpreter_AreToldApart(bool otherScript, bool otherSession, bool found)
    {
        var python = Require.Tool("python3", "python3");
        const string listen = "import socket,sys; s=socket.socket(); s.setsockopt(1,15,1); s.bind(('',8080)); s.listen(); print('up',flush=True); sys.stdin.read()";
        Process[] listeners =
        [
            .. (((bool Session, string Code)[])[(false, listen), (otherSession, otherScript ? listen + " # another" : listen)]).Select(start => _network.Inner.Namespace.Run(() =>
                Process.Start(new ProcessStartInfo(start.Session ? Require.Tool("setsid", "util-linux") : python, start.Session ? [python, "-c", start.Code] : ["-c", start.Code])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                })!)),
        ];
        try
        {
            Array.ForEach(listeners, listener => listener.StandardOutput.ReadLine().ShouldBe("up"));
            Find(() => { }).Select(f => f.Id).ShouldBe(found ? [FindingCatalog.SharedListener] : []);
        }
        finally
        {
            foreach (var listener in listeners)
            {
                listener.StandardInput.Close();
                listener.WaitForExit();
                listener.Dispose();
            }
        }
    }

    [Theory]
    [InlineData(FindingCatalog.ReuseWithoutTimestamps, "net.ipv4.tcp_tw_reuse", "1", "net.ipv4.tcp_timestamps", "0")]
    [InlineData(FindingCatalog.FewTimeWaits, "net.ipv4.tcp_max_tw_buckets", "100", null, null)]
    [InlineData(FindingCatalog.ShortenedLengths, "net.ipv4.tcp_fin_timeout", "3", null, null)]
    [InlineData(FindingCatalog.ShortenedLengths, "net.ipv4.tcp_tw_reuse_delay", "1", null, null)]
    public void DangerousSettings_AreFound(string id, string setting, string value, string? also, string? alsoValue)
    {
        _network.Set(setting, value);
        if (also is not null)
        {
            _network.Set(also, alsoValue!);
        }

        var finding = Find(() => { }).ShouldHaveSingleItem();
        finding.Id.ShouldBe(id);
        finding.Remedy.ShouldContain("sysctl -w");
    }

    private IReadOnlyList<Finding> Find(Action between)
    {
        using var reader = _network.Reader();
        reader.Read();
        between();
        Eventually.Holds(
            () => _network.Inner.Table.Count(new(TcpStates.SynSent | TcpStates.SynReceived | TcpStates.FinWait1 | TcpStates.Closing | TcpStates.LastAck)) == 0,
            () => "nothing is on its way from one state to another");
        return Diagnosis.Of(reader.Read());
    }

    private bool Churned(Socket listener)
    {
        try
        {
            _network.Inner.ActiveClose(NarrowNetwork.Host, listener);
            return true;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return false;
        }
    }

    // Each from a port of its own, outside the range. The client keeps no TIME_WAIT, so that the kernel may give it the same port again (where it
    // looks first depends on addresses and ports alone, and what other namespaces dial moves it on), and that SYN ends the server's TIME_WAIT.
    private void ServerCloses(Socket listener, IPAddress address, int count)
    {
        for (var at = 0; at < count; at++)
        {
            ServerClosesOnce(listener, address, 30_000 + at);
        }

        _network.Inner.UntilThereAre(count, TcpStates.TimeWait);
    }

    private void ServerClosesOnce(Socket listener, IPAddress address, int port)
    {
        var client = _network.Inner.Dial(address, listener, socket => socket.Bind(new IPEndPoint(address, port)));
        var server = _network.Inner.Accept(listener);
        server.Close();
        client.Receive(new byte[1]).ShouldBe(0);
        client.Close();
        Eventually.Holds(
            () => _network.Inner.Table.Count(new(TcpStates.TimeWait, RemotePort: (ushort)port)) == 1 && _network.Inner.Table.Count(new(TcpStates.All, LocalPort: (ushort)port)) == 0,
            () => $"the connection from port {port} is over");
    }
}
