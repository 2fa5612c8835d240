using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace Farewell.Tests.Shows;

/// <summary>A stop with five thousand guests, a hundred of whom do not mean well.</summary>
[SupportedOSPlatform("linux")]
public sealed class StopTests
{
    private const int Guests = 4_900;
    private const int Hostile = 100;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FiveThousandLeavers_AHundredOfThemHostile(bool virtualTime)
    {
        using var network = new VethNetwork();
        var virtualClock = new FakeTimeProvider();
        var release = new TaskCompletionSource();
        var inHand = 0;
        var server = FarewellServer.Start(
            new FarewellServerOptions
            {
                Listener = network.Listen(),
                Limits = SessionLimits.Stayer with { Grace = Grace, Hard = Grace },
                Clock = virtualTime ? virtualClock : TimeProvider.System,
            },
            async (_, message) =>
            {
                Interlocked.Increment(ref inHand);
                await release.Task;
                message.Answer(message.Payload);
            });
        var options = new FarewellClientOptions { Dial = (_, _) => ValueTask.FromResult(Dial(network, server)) };
        var sessions = new List<FarewellSession>(Guests);
        var asks = new List<Task<AskResult>>(Guests);
        for (var i = 0; i < Guests; i++)
        {
            var session = await FarewellClient.ConnectAsync(server.LocalEndPoint, options);
            sessions.Add(session);
            asks.Add(session.AskAsync(BitConverter.GetBytes(i)).AsTask());
        }

        var hostile = Enumerable.Range(0, Hostile).Select(i => Beset(network.Keep(Dial(network, server)), i)).ToList();
        await Eventually.HoldsAsync(() => Volatile.Read(ref inHand) >= Guests && server.Sessions == Guests + Hostile, () => $"{inHand} asks in hand, {server.Sessions} sessions");

        var stopping = server.StopAsync();
        if (virtualTime)
        {
            // The spread of the Dismisses.
            await Eventually.HoldsAsync(
                () =>
                {
                    virtualClock.Advance(TimeSpan.FromMilliseconds(1));
                    return sessions.TrueForAll(session => session.State != SessionState.Open);
                },
                () => "every guest is dismissed");
        }

        release.SetResult();
        var answers = await Task.WhenAll(asks);
        for (var i = 0; i < Guests; i++)
        {
            BitConverter.ToInt32(answers[i].Answer.Span).ShouldBe(i, "an answer that was owed is given");
        }

        if (virtualTime)
        {
            await Eventually.HoldsAsync(() => server.Sessions == Hostile, () => $"{server.Sessions} sessions, all but the hostile should be gone");
            while (!stopping.IsCompleted)
            {
                virtualClock.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Delay(1);
            }
        }

        var report = await stopping;
        (report.Sessions, report.Left, report.Reset + report.Lost, report.Unconfirmed, report.NotSent).ShouldBe((Guests + Hostile, Guests, Hostile, 0L, 0L), report.ToString());
        if (virtualTime)
        {
            report.Took.ShouldBeLessThanOrEqualTo(Grace + TimeSpan.FromSeconds(1));
        }

        (await Task.WhenAll(sessions.Select(session => session.Completion))).ShouldAllBe(ended => ended.Cause == Cause.Released);
        hostile.ForEach(socket => socket.Dispose());
        var (_, stayer) = await network.SettledAsync();
        stayer.ShouldBe(0, "TIME_WAITs on the stayer");
    }

    /// <summary>Says Hello and then does not leave, in one of several ways.</summary>
    private static Socket Beset(Socket socket, int number)
    {
        byte[] hello = [1, 0, 0, 28, .. "FRWL"u8, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0x27, 0x10, 0, 0, 0x75, 0x30, 0, 0, 0x10, 0, 0, 1, 0, 0];
        socket.Send(hello);
        switch (number % 4)
        {
            case 0: // never reads, never answers
                break;
            case 1: // an ask after the other, none of whose answers it reads
                for (var i = 0; i < 20; i++)
                {
                    socket.Send([3, 0, 0, 1, 7]);
                }

                break;
            case 2: // half a frame
                socket.Send([2, 0, 0xFF, 0xFF, 1]);
                break;
            case 3: // a message in parts that never ends
                socket.Send([2, 1, 0, 1, 1]);
                break;
        }

        return socket;
    }

    private static Socket Dial(VethNetwork network, FarewellServer server) => network.Client.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server.LocalEndPoint);
        return socket;
    });
}
