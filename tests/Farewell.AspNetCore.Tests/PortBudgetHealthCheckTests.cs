using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Settings;
using Farewell.Tcp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Farewell.AspNetCore.Tests;

public sealed class PortBudgetHealthCheckTests
{
    [Theory]
    [InlineData(1_000, HealthStatus.Healthy)]
    [InlineData(14_115, HealthStatus.Healthy)]
    [InlineData(14_116, HealthStatus.Degraded)]
    [InlineData(25_500, HealthStatus.Unhealthy)]
    [InlineData(28_232, HealthStatus.Unhealthy)]
    public void Judge_FollowsTheShare(int taken, HealthStatus status)
    {
        var result = PortBudgetHealthCheck.Judge(Reading(taken), new(), HealthStatus.Unhealthy);
        result.Status.ShouldBe(status);
        result.Data["inUse"].ShouldBe(taken);
        result.Description.ShouldNotBeNull().ShouldContain("10.0.0.5:443");
    }

    [Fact]
    public void Judge_OfAHostThatDialsNobody_IsHealthy() =>
        PortBudgetHealthCheck.Judge(Reading(0) with { Budgets = [] }, new(), HealthStatus.Unhealthy).Status.ShouldBe(HealthStatus.Healthy);

    [Fact]
    public void Judge_UsesTheFailureStatusOfTheRegistration() =>
        PortBudgetHealthCheck.Judge(Reading(28_000), new(), HealthStatus.Degraded).Status.ShouldBe(HealthStatus.Degraded);

    [Fact]
    public async Task AddPortBudgetHealthCheck_RunsAgainstThisHost()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddPortBudgetHealthCheck(o => (o.DegradedShare, o.UnhealthyShare) = (1, 1));
        await using var provider = services.BuildServiceProvider();
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        report.Entries.Keys.ShouldBe(["ports"]);
        report.Entries["ports"].Description.ShouldNotBeNullOrEmpty();
        report.Entries["ports"].Exception.ShouldBeNull();
    }

    [Fact]
    public void AddPortBudgetHealthCheck_RefusesNonsense()
    {
        var services = new ServiceCollection();
        services.AddPortBudgetHealthCheck(o => o.DegradedShare = 2);
        using var provider = services.BuildServiceProvider();
        Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IOptions<PortBudgetHealthCheckOptions>>().Value);
    }

    private static MachineReading Reading(int taken)
    {
        var use = new DialledUse
        {
            Source = Endpoint.From(new(System.Net.IPAddress.Parse("10.0.0.1"), 0)),
            Destination = Endpoint.From(new(System.Net.IPAddress.Parse("10.0.0.5"), 443)),
            FirstHalf = taken,
        };
        use.States[TcpState.Established] = taken;
        return new()
        {
            At = DateTimeOffset.UnixEpoch,
            Range = PortRange.LinuxDefault,
            Settings = new KernelSettings(new Dictionary<string, string>()),
            Budgets = PortBudgets.Of([use], PortRange.LinuxDefault, (0, 0), TimeWaitReuse.LinuxDefault),
        };
    }
}
