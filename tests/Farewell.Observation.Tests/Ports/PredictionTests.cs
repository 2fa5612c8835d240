using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Farewell.Observation.Tests.Ports;

/// <summary>The prediction against a kernel that is driven to exhaustion at a steady rate.</summary>
[SupportedOSPlatform("linux")]
public sealed class PredictionTests
{
    private const int PerSecond = 10;
    private const int ReadAfter = 11 * PerSecond;

    [Fact]
    public void SecondsToExhaustion_AreRightWithinATenth_OnSteadyChurn()
    {
        using var network = new NarrowNetwork();
        using var reader = network.Reader();
        var listener = network.Inner.Listen(NarrowNetwork.Host);
        var clock = Stopwatch.StartNew();
        Churn(network, listener, 0, ReadAfter, clock);
        network.Inner.UntilThereAre(ReadAfter, TcpStates.TimeWait);

        var budget = reader.Read().Budgets.ShouldHaveSingleItem();
        var refusedAt = Churn(network, listener, ReadAfter, NarrowNetwork.Ports + 1, clock);
        refusedAt.ShouldBe(NarrowNetwork.Ports, "the kernel's answer");
        var actual = (refusedAt - ReadAfter) / (double)PerSecond;
        budget.SecondsToExhaustion.ShouldNotBeNull().ShouldBe(actual, actual / 10);
        budget.PerSecond.ShouldBe(PerSecond, PerSecond / 10.0);
    }

    // By the clock and not by pauses, so that a late connection is made up for; the refused one's number.
    private static int Churn(NarrowNetwork network, Socket listener, int from, int to, Stopwatch clock)
    {
        for (var at = from; at < to; at++)
        {
            var due = TimeSpan.FromSeconds(at / (double)PerSecond);
            SpinWait.SpinUntil(() => clock.Elapsed >= due);
            try
            {
                network.Inner.ActiveClose(NarrowNetwork.Host, listener);
            }
            catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                return at;
            }
        }

        return to;
    }
}
