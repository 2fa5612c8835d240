using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Observation;
using Farewell.Protocol;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Tests.Conformance;

/// <summary>Each way to end a session over a veth pair: the reports of both sides against the tables of both kernels.</summary>
[SupportedOSPlatform("linux")]
public abstract class CarrierOnTheWire : CarrierHarness, IAsyncLifetime
{
    private const int Count = 25;

    private protected VethNetwork Network { get; private set; } = null!;

    public virtual ValueTask InitializeAsync()
    {
        Network = new VethNetwork();
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        Network.Dispose();
    }

    [Theory]
    [InlineData("leave", Departure.Fin, Cause.Left, Count)]
    [InlineData("leave", Departure.UnheldFin, Cause.Left, 0)]
    [InlineData("leave", Departure.Reset, Cause.Left, 0)]
    [InlineData("leave", Departure.Fin, Cause.Left, 0, true)]
    [InlineData("dismiss", Departure.Fin, Cause.Left, Count)]
    [InlineData("die", Departure.Fin, Cause.Truncated, Count)]
    [InlineData("abort", Departure.Fin, Cause.Aborted, 0)]
    public async Task TheReports_AgreeWithTheKernels(string ending, Departure departure, Cause cause, int leaverHolds, bool resetAfterGoodbye = false)
    {
        List<(SessionReport Stayer, SessionReport Leaver, FourTuple Tuple)> ended = [];
        for (var i = 0; i < Count; i++)
        {
            var (stayer, leaver) = await OpenAsync(departure: departure, resetAfterGoodbye: resetAfterGoodbye);
            FourTuple tuple = new(Endpoint.From((IPEndPoint)leaver.Session.LocalEndPoint!), Endpoint.From((IPEndPoint)leaver.Session.RemoteEndPoint!));
            (await leaver.Session.AskAsync(Payload(5000)).AsTask().WaitAsync(Eventually.Limit)).Outcome.ShouldBe(AskOutcome.Answered);
            switch (ending)
            {
                case "leave":
                    leaver.Session.End();
                    break;
                case "dismiss":
                    stayer.Session.End();
                    break;
                case "die":
                    leaver.Transport.EndUnder(TransportEnd.Depart);
                    await stayer.ReportAsync();
                    leaver.Session.Abort();
                    break;
                default:
                    stayer.Session.Abort();
                    break;
            }

            var (left, released) = (await stayer.ReportAsync(), await leaver.ReportAsync());
            left.Cause.ShouldBe(cause);
            ended.Add((left, released, tuple));
        }

        (await Network.SettledAsync()).ShouldBe((leaverHolds, 0), "TIME_WAITs at the leaver and at the stayer, by their kernels");
        var held = Network.ClientTable.ToList(new(TcpStates.TimeWait)).Select(row => row.Tuple).ToHashSet();
        foreach (var (left, released, tuple) in ended)
        {
            var kernels = EndingJudge.Judge(
                [
                    CloseEvent.Of(default, Side.Local, held.Contains(tuple) ? TcpState.TimeWait : TcpState.Closed),
                    CloseEvent.Of(default, Side.Remote, TcpState.Closed),
                ],
                Vantage.Table);
            Contradiction.Between(released.Ending, kernels).ShouldBeEmpty($"{released.Ending} against {kernels}");
            Contradiction.Between(left.Ending.Swap(), kernels).ShouldBeEmpty($"{left.Ending} against {kernels}");
            if (ending != "die")
            {
                Contradiction.Between(left.Ending.Swap(), released.Ending).ShouldBeEmpty($"{left.Ending} against {released.Ending}");
            }

            left.Ending.TimeWait.Holder.ShouldNotBe(TimeWaitHolder.Local, "a stayer");
        }
    }

    /// <summary>A connection to a listener of the other host.</summary>
    private protected async Task<(Socket Server, Socket Client)> ConnectAsync(Socket listener)
    {
        var client = Network.Dial(listener);
        return (Network.Keep(await listener.AcceptAsync()), client);
    }
}
