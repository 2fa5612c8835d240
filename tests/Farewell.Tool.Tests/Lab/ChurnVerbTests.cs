using Farewell.Testing;

namespace Farewell.Tool.Tests.Lab;

/// <summary>Churn on the real kernel, with figures that follow from the rules and not from the machine's speed.</summary>
public sealed class ChurnVerbTests
{
    private const int Ports = 2000;

    [Fact]
    public async Task Churn_OfAClientThatClosesFirst_FallsToThePortsPerMinute()
    {
        Require.Linux();
        Require.Tool("unshare", "util-linux");
        var run = await ToolProcess.RunAsync("lab", "--churn", "client-closes", "--seconds", "70", "--ports", $"{Ports}", "--json");

        var churn = (await run.DocumentAsync("lab-churn.schema.json")).GetProperty("strategies")[0];
        churn.GetProperty("maxTimeWait").GetProperty("client").GetInt32().ShouldBeInRange(Ports - (Ports / 50), Ports);
        churn.GetProperty("errors").GetProperty("AddressNotAvailable").GetInt32().ShouldBeGreaterThan(100);
        churn.GetProperty("sustainedPerSecond").GetDouble().ShouldBe(Ports / 60.0, Ports / 60.0 * 0.15);

        // The first ports go in no time; then nothing is opened until the first TIME_WAITs expire after 60 s.
        var seconds = churn.GetProperty("seconds").EnumerateArray().Select(s => s.GetProperty("ok").GetInt32()).ToList();
        seconds.Take(20).Sum().ShouldBeInRange(Ports - (Ports / 50), Ports + (Ports / 50));
        seconds.Skip(30).Take(25).Sum().ShouldBe(0);

        // The cliff: connect() searches half of the range first, and from its middle on finds every port of that half taken.
        var filling = churn.GetProperty("filling").EnumerateArray().Select(t => t.GetProperty("connectMicros").GetDouble()).ToList();
        filling.Count.ShouldBe(10);
        filling.Skip(6).Min().ShouldBeGreaterThan(filling.Take(4).Min());
    }

    [Fact]
    public async Task Churn_OfAServerThatClosesFirst_CostsTheClientNoPort()
    {
        Require.Linux();
        Require.Tool("unshare", "util-linux");
        var run = await ToolProcess.RunAsync("lab", "--churn", "server-closes", "--seconds", "3", "--ports", "500", "--json");

        var churn = (await run.DocumentAsync("lab-churn.schema.json")).GetProperty("strategies")[0];
        churn.GetProperty("failed").GetInt32().ShouldBe(0);
        churn.GetProperty("maxTimeWait").GetProperty("client").GetInt32().ShouldBe(0);
        churn.GetProperty("maxTimeWait").GetProperty("server").GetInt32().ShouldBeGreaterThan(0);
    }
}
