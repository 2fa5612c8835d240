using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Departures;
using Farewell.Observation;
using Farewell.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace Farewell.Tests.Shows;

/// <summary>Ten thousand sessions opened, used and ended against one server, for every departure, judged by both kernels.</summary>
[SupportedOSPlatform("linux")]
public sealed class ManySessionsTests
{
    private const int Count = 10_000;
    private const int AtATime = 64;

    [Theory]
    [InlineData(Departure.Fin, Count)]
    [InlineData(Departure.UnheldFin, 0)]
    [InlineData(Departure.Reset, 0)]
    [InlineData(Departure.Auto, 1000)]
    public async Task OpenedUsedAndEnded_WithoutATimeWaitOnTheStayer(Departure departure, int leaverHolds)
    {
        using var network = new VethNetwork();
        await using var server = FarewellServer.Start(new FarewellServerOptions { Listener = network.Listen() }, EchoAsync);
        using var chooser = new DepartureChooser(new DepartureOptions { Budget = new PortBudget(Count, "stated by the test") }, new FakeTimeProvider());
        var options = new FarewellClientOptions { Departure = departure, Departures = chooser, Dial = (_, _) => ValueTask.FromResult(Dial(network, server)) };
        var left = Count;
        var answered = 0;
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var session = await FarewellClient.ConnectAsync(server.LocalEndPoint, options);
                var ask = new byte[100];
                ask.AsSpan().Fill((byte)left);
                var answer = await session.AskAsync(ask);
                answer.Answer.ToArray().ShouldBe(ask);
                var sent = await session.SendAsync(ask);
                await session.DisposeAsync();
                var report = await session.Completion;
                (report.Cause, report.AsksUnknown, report.Messages).ShouldBe((Cause.Released, 0, new Farewell.Protocol.Sessions.Tally(1, 0, 0)));
                Interlocked.Increment(ref answered);
            }
        }));
        answered.ShouldBe(Count);
        await Eventually.HoldsAsync(() => server.Sessions == 0, () => $"{server.Sessions} sessions are still open");

        (await network.SettledAsync()).Server.ShouldBe(0, "TIME_WAITs on the stayer");

        // Those begun, not those there are: on a busy machine the first are over before the last begin.
        network.Server.Run(TcpCounters.Read).TimeWaits.ShouldBe(0, "TIME_WAITs that ever were on the stayer");
        network.Client.Run(TcpCounters.Read).TimeWaits.ShouldBe(leaverHolds, "TIME_WAITs on the leaver");
    }

    private static ValueTask EchoAsync(FarewellSession session, Message message)
    {
        if (message.IsAsk)
        {
            message.Answer(message.Payload);
        }

        return default;
    }

    private static Socket Dial(VethNetwork network, FarewellServer server) => network.Client.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server.LocalEndPoint);
        return socket;
    });
}
