using System.Net;
using System.Runtime.Versioning;
using CsCheck;
using Farewell.Testing;

namespace Farewell.Observation.Tests;

public sealed class TcpCountersTests
{
    private const string Snmp = """
        Ip: Forwarding DefaultTTL
        Ip: 1 64
        Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts
        Tcp: 1 200 120000 -1 28 2 1 5 3 1190 845 4 0 35
        Udp: InDatagrams OutRsts
        Udp: 10 99
        """;

    private const string Netstat = """
        TcpExt: TW TWRecycled TWKilled PAWSEstab ListenOverflows ListenDrops TCPTimeouts TCPAbortOnData TCPAbortOnClose TCPAbortOnMemory TCPAbortOnTimeout TCPAbortOnLinger TCPAbortFailed TCPTimeWaitOverflow TCPChallengeACK TCPSYNChallenge
        TcpExt: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
        IpExt: InNoRoutes TW
        IpExt: 0 77
        """;

    [Fact]
    public void Parse_NamesWhatTheKernelCounts()
    {
        var counters = TcpCounters.Parse(Snmp, Netstat);
        long?[] values =
        [
            counters.Dialled, counters.Accepted, counters.FailedAttempts, counters.ConnectionsReset, counters.OpenNow,
            counters.SegmentsReceived,
            counters.SegmentsSent, counters.SegmentsRetransmitted, counters.ResetsSent,
        ];
        values.ShouldBe([28L, 2, 1, 5, 3, 1190, 845, 4, 35]);
        long?[] more =
        [
            counters.TimeWaits, counters.TimeWaitsReused, counters.TimeWaitsShortened, counters.OldSegments, counters.ListenOverflows,
            counters.ListenDrops, counters.Timeouts, counters.AbortsOnData, counters.AbortsOnClose, counters.AbortsOnMemory,
            counters.AbortsOnTimeout, counters.AbortsOnLinger, counters.FailedAborts, counters.TimeWaitOverflows, counters.ChallengeAcks,
            counters.SynChallenges,
        ];
        more.ShouldBe(Enumerable.Range(1, 16).Select(value => (long?)value));
        counters["MaxConn"].ShouldBe(-1);
        counters.OldSegmentsInTimeWait.ShouldBeNull("this kernel does not have it");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("Tcp: ActiveOpens", "TcpExt:\nTcpExt:")]
    [InlineData("Tcp: ActiveOpens\nUdp: 1\nTcp: 2", "TcpExt: TW\n\nTcpExt: 3")]
    [InlineData("Tcp: ActiveOpens\nTcp: x", "TcpExt: TW\nTcpExt: 99999999999999999999999")]
    public void Parse_LeavesOutWhatItDoesNotUnderstand(string snmp, string netstat) =>
        TcpCounters.Parse(snmp, netstat).ByKernelName.ShouldBeEmpty();

    [Fact]
    public void Parse_PairsAsFarAsBothLinesGo() =>
        TcpCounters.Parse("Tcp: A B C\nTcp: 1 2", "TcpExt: D\nTcpExt: 4 5").ByKernelName.ShouldBe(
            new Dictionary<string, long> { ["A"] = 1, ["B"] = 2, ["D"] = 4 }, ignoreOrder: true);

    [Fact]
    public void Parse_NeverThrows()
    {
        var words = Gen.OneOf("Tcp:", "TcpExt:", " ", "\n", "\r", "TW", "ActiveOpens", "1", "-", "9223372036854775808", ":", "\0", "é");
        Gen.Select(words.Array[0, 40], Gen.String).Sample((soup, text) =>
            TcpCounters.Parse(string.Concat(soup), text).ByKernelName.Count <= soup.Length + text.Length);
    }

    [Fact]
    public void Since_SubtractsWhatBothHave()
    {
        var earlier = TcpCounters.Parse("Tcp: ActiveOpens CurrEstab OutRsts\nTcp: 10 5 7", "");
        var later = TcpCounters.Parse("Tcp: ActiveOpens CurrEstab\nTcp: 12 3", "TcpExt: TW\nTcpExt: 9");
        later.Since(earlier).ByKernelName.ShouldBe(new Dictionary<string, long> { ["ActiveOpens"] = 2, ["CurrEstab"] = -2 },
            ignoreOrder: true);
    }

    [Fact]
    public void Read_FindsEveryNamedCounterOfThisKernel()
    {
        Require.Linux();
        var counters = TcpCounters.Read();
        counters.Dialled.ShouldNotBeNull();
        counters.TimeWaits.ShouldNotBeNull();
        counters.TimeWaitOverflows.ShouldNotBeNull();
        counters.ByKernelName.Count.ShouldBeGreaterThan(100);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void TimeWaits_RiseByTheNumberOfActiveCloses()
    {
        const int closes = 20;
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.Loopback);
        var before = network.Namespace.Run(TcpCounters.Read);
        for (var close = 0; close < closes; close++)
        {
            network.ActiveClose(IPAddress.Loopback, listener);
        }

        network.UntilThereAre(0, TcpStates.Connected & ~TcpStates.TimeWait);
        var counted = network.Namespace.Run(TcpCounters.Read).Since(before);
        counted.TimeWaits.ShouldBe(closes);
        counted.Dialled.ShouldBe(closes);
        counted.Accepted.ShouldBe(closes);
        counted.OpenNow.ShouldBe(0);
    }
}
