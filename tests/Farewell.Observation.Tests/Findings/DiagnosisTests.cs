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
        finding.Effect.ShouldContain("from 14,116 to 32,256");
        finding.Remedy.ShouldContain("net.ipv4.ip_local_reserved_ports=8080");
        finding.Remedy.ShouldContain("sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"");
        finding.Remedy.IndexOf("HttpClient", StringComparison.Ordinal).ShouldBeLessThan(finding.Remedy.IndexOf("sysctl", StringComparison.Ordinal), "code ranks before settings");
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
