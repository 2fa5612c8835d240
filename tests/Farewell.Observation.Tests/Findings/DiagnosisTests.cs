using Farewell.Observation.Findings;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Settings;
using Farewell.Tcp;

namespace Farewell.Observation.Tests.Findings;

/// <summary>The rules as a function of a reading, without a kernel.</summary>
public sealed class DiagnosisTests
{
    private static readonly Endpoint Here = Endpoint.From(new(System.Net.IPAddress.Parse("10.0.0.1"), 0));
    private static readonly Endpoint There = Endpoint.From(new(System.Net.IPAddress.Parse("10.0.0.5"), 443));

    [Theory]
    //            established  in TIME_WAIT a second  findings
    [InlineData(0, 0)]
    [InlineData(100, 10)]
    [InlineData(0, 60, FindingCatalog.ClientChurn)]
    [InlineData(0, 250, FindingCatalog.PastTheCliff, FindingCatalog.ClientChurn)]
    [InlineData(0, 450, FindingCatalog.PortsRunningOut, FindingCatalog.PastTheCliff, FindingCatalog.ClientChurn)]
    [InlineData(14_200, 0, FindingCatalog.PastTheCliff)]
    [InlineData(28_232, 0, FindingCatalog.PortsExhausted, FindingCatalog.PastTheCliff)]
    public void PortFindings_FollowTheBudget(int established, int endedPerSecond, params string[] ids)
    {
        var use = new DialledUse { Source = Here, Destination = There };
        for (var second = 0; second < 60; second++)
        {
            use.Returns.Add(second, endedPerSecond);
        }

        use.States[TcpState.Established] = established;
        use.States[TcpState.TimeWait] = 60 * endedPerSecond;
        use.FirstHalf = Math.Min(14_116, use.States.Total);
        use.SecondHalf = use.States.Total - use.FirstHalf;
        Diagnosis.Of(Reading(PortBudgets.Of([use], PortRange.LinuxDefault, (0, 0), TimeWaitReuse.LinuxDefault))).Select(f => f.Id).ShouldBe(ids);
    }

    [Fact]
    public void Effect_ComputesWhatAWiderRangeBuys()
    {
        var use = new DialledUse { Source = Here, Destination = There };
        use.Returns.Add(60, 600);
        use.Returns.Add(59, 600);
        use.Returns.Add(58, 600);
        use.States[TcpState.TimeWait] = 1800 + 24_000;
        use.Returns.Add(30, 24_000);
        use.FirstHalf = 14_116;
        use.SecondHalf = use.States.Total - use.FirstHalf;
        var finding = Diagnosis.Of(Reading(PortBudgets.Of([use], PortRange.LinuxDefault, (0, 0), TimeWaitReuse.LinuxDefault)) with { ListeningPorts = [22, 8080] }).First();
        finding.Id.ShouldBe(FindingCatalog.PortsRunningOut);
        finding.Effect.ShouldContain("from 471/s to 1,075/s");
        finding.Effect.ShouldContain("from 14,116 to 32,255");
        finding.Remedy.ShouldContain("net.ipv4.ip_local_reserved_ports=8080");
        finding.Remedy.ShouldContain("sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"");
        finding.Remedy.IndexOf("HttpClient", StringComparison.Ordinal).ShouldBeLessThan(finding.Remedy.IndexOf("sysctl", StringComparison.Ordinal), "code ranks before settings");
    }

    [Fact]
    public void Effect_OfAWiderRange_LeavesOutWhatIsReservedAndBound()
    {
        var range = new PortRange(30_000, 35_999, [(31_000, 31_999)]);
        var use = new DialledUse { Source = Here, Destination = There, FirstHalf = 2500, SecondHalf = 2400 };
        use.States[TcpState.TimeWait] = 4900;
        use.Returns.Add(30, 4900);
        var finding = Diagnosis.Of(Reading(PortBudgets.Of([use], range, (All: 10, OfFirstHalf: 0), TimeWaitReuse.LinuxDefault)) with
        {
            Range = range,
            HeldByBind = 10,
            ListeningPorts = [31_500, 8080],
            Settings = new(new Dictionary<string, string> { ["net.ipv4.ip_local_reserved_ports"] = "31000-31999" }),
        }).First();

        // 64,512 less 1,000 reserved, one listener and ten sockets that are bound and idle.
        finding.Effect.ShouldContain($"from 83/s to {(64_512 - 1000 - 1 - 10) / 60:N0}/s");
        finding.Effect.ShouldContain("from 2,500 to 31,755");
        finding.Remedy.ShouldContain("net.ipv4.ip_local_reserved_ports=31000-31999,8080;", Case.Sensitive, "what is reserved stays reserved");
    }

    [Fact]
    public void NoPortAtAll_IsFound_ThoughNoConnectionTellsOfIt()
    {
        var finding = Diagnosis.Of(Reading([]) with
        {
            Range = new PortRange(30_000, 30_399, [(30_000, 30_399)]),
            Settings = new(new Dictionary<string, string> { ["net.ipv4.ip_local_reserved_ports"] = "30000-30399" }),
        }).ShouldHaveSingleItem();
        (finding.Id, finding.Severity).ShouldBe((FindingCatalog.PortsExhausted, Severity.Critical));
        finding.Remedy.ShouldBe("sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"");
        finding.Effect.ShouldContain("64,112 ports");
    }

    [Theory]
    //          begun a second  limit  exhausted
    [InlineData(100, 100, true)]
    [InlineData(50, 100, false)]
    public void ReusedTimeWaits_HoldTheirPortsForTheDelay(int perSecond, int limit, bool exhausted)
    {
        var use = new DialledUse { Source = Here, Destination = There, FirstHalf = limit / 2, SecondHalf = limit / 2 };
        use.Returns.Add(59, perSecond);
        use.Returns.Add(58, limit - perSecond);
        use.States[TcpState.TimeWait] = limit;
        var budgets = PortBudgets.Of([use], new PortRange(40_000, (ushort)(40_000 + limit - 1)), (0, 0), TimeWaitReuse.LinuxDefault with { Mode = 1 });
        budgets[0].Reusable.ShouldBe(limit - perSecond);
        budgets[0].SustainablePerSecond.ShouldBe(limit);
        var findings = Diagnosis.Of(Reading(budgets));
        findings.Any(f => f.Id == FindingCatalog.PortsExhausted).ShouldBe(exhausted);
        findings.Single(f => f.Id == FindingCatalog.ClientChurn).Effect.ShouldContain("can sustain 100/s");
    }

    [Fact]
    public void EveryFinding_HasItsPage()
    {
        foreach (var id in FindingCatalog.All)
        {
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "findings", id + ".md")).ShouldStartWith($"# {id}: ");
        }

        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "findings")).Length.ShouldBe(FindingCatalog.All.Count);
    }

    private static MachineReading Reading(IReadOnlyList<PortBudget> budgets) => new()
    {
        At = DateTimeOffset.UnixEpoch,
        Range = PortRange.LinuxDefault,
        Settings = new KernelSettings(new Dictionary<string, string>()),
        Budgets = budgets,
    };
}
