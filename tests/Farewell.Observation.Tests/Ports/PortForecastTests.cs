using Farewell.Observation.Ports;

namespace Farewell.Observation.Tests.Ports;

public sealed class PortForecastTests
{
    [Theory]
    //          before, now, ended/s, growth/s
    [InlineData(40, 58, 25, 0)] // chance: 100 opened and ended in 2 s
    [InlineData(58, 40, 25, 0)]
    [InlineData(40, 140, 25, 50)] // a leak beside the churn
    [InlineData(40, 42, 0, 1)] // nothing ends, so that nothing is left to chance
    [InlineData(40, 40, 0, 0)]
    public void Growth_IsWhatChanceDoesNotExplain(int before, int now, double ended, double perSecond) =>
        PortForecast.GrowthPerSecond(before, now, ended, TimeSpan.FromSeconds(2)).ShouldBe(perSecond);

    [Theory]
    [InlineData(1000, 1, 0, 1000.0)]
    [InlineData(28_232, 0.5, 0, 56_464.0)]
    [InlineData(1000, 1, 5, 694.5)] // 5 a second keep 305.5 ports in TIME_WAIT
    [InlineData(100_000, 1, 0, null)] // not within a day
    public void SlowGrowth_ReachesTheThreshold_InAStraightLine(int threshold, double livePerSecond, double endedPerSecond, double? seconds) =>
        Math.Round(PortForecast.SecondsUntil(threshold, 0, default, endedPerSecond, livePerSecond, TimeWaitLength.Held) ?? -1, 1).ShouldBe(seconds ?? -1);

    [Theory]
    [InlineData(600, 0, 0, 100, 0, 6.0)] // 100 a second, none comes back in time
    [InlineData(600, 0, 0, 9, 0, null)] // 9 x 61.1 = 550: never
    [InlineData(600, 600, 0, 0, 0, 0.0)] // already there
    [InlineData(600, 100, 0, 0, 10, 50.0)] // a leak
    [InlineData(600, 100, 0, 0, -10, null)] // it shrinks
    public void SecondsUntil_FollowsTheRate(int threshold, int live, int timeWait, double ended, double growth, double? expected)
    {
        var returns = default(ReturnSchedule);
        returns.Add(59, timeWait);
        var seconds = PortForecast.SecondsUntil(threshold, live, returns, ended, growth, TimeWaitLength.Held);
        if (expected is null)
        {
            seconds.ShouldBeNull();
        }
        else
        {
            seconds.ShouldNotBeNull().ShouldBe(expected.Value, 0.5);
        }
    }

    [Fact]
    public void SecondsUntil_CountsOnThePortsThatComeBack()
    {
        var returns = default(ReturnSchedule);
        returns.Add(4, 500);
        PortForecast.SecondsUntil(600, 0, returns, 20, 0, TimeWaitLength.Held).ShouldNotBeNull().ShouldBe(5, 1, "500 + 5 x 20, just before they return");
        PortForecast.SecondsUntil(600, 0, returns, 12, 0, TimeWaitLength.Held).ShouldNotBeNull().ShouldBe(50, 1, "the 500 are gone by then");
        PortForecast.SecondsUntil(600, 0, returns, 9, 0, TimeWaitLength.Held).ShouldBeNull();
    }

    [Theory]
    [InlineData(60)]
    [InlineData(10)]
    [InlineData(4)]
    public void RatePerSecond_IsReadOffOneTable(int lastedSeconds)
    {
        var returns = default(ReturnSchedule);
        for (var age = 0; age < lastedSeconds; age++)
        {
            returns.Add(59 - age, 100);
        }

        PortBudgets.RatePerSecond(returns).ShouldBe(100, 15);
    }
}
