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

    // In real time nothing is said about speed: the grace is longer than any machine takes, and cut short once only the hostile are left.
    private static readonly TimeSpan RealGrace = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan VirtualGrace = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FiveThousandLeavers_AHundredOfThemHostile(bool virtualTime)
    {
        using var network = new VethNetwork();
        var virtualClock = new FakeTimeProvider();
        var grace = virtualTime ? VirtualGrace : RealGrace;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inHand = 0;
        var server = FarewellServer.Start(
            new FarewellServerOptions
            {
                Listener = network.Listen(),
                Limits = SessionLimits.Stayer with { Grace = grace, Hard = grace, Ping = TimeSpan.Zero, Stall = grace },
                Clock = virtualTime ? virtualClock : TimeProvider.System,
            },
            async (_, message) =>
            {
                // The guests' asks have four octets, those of the hostile one.
                Interlocked.Add(ref inHand, message.Payload.Length == sizeof(int) ? 1 : 0);
                await release.Task;
                message.Answer(message.Payload);
            });
        var options = new FarewellClientOptions { Limits = SessionLimits.Leaver with { Ping = TimeSpan.Zero }, Dial = (_, _) => ValueTask.FromResult(Dial(network, server)) };
        var sessions = new List<FarewellSession>(Guests);
        var asks = new List<Task<AskResult>>(Guests);
        for (var i = 0; i < Guests; i++)
        {
            var session = await FarewellClient.ConnectAsync(server.LocalEndPoint, options);
            sessions.Add(session);
            asks.Add(session.AskAsync(BitConverter.GetBytes(i)).AsTask());
        }

        var hostile = Enumerable.Range(0, Hostile).Select(i => Beset(network.Keep(Dial(network, server)), i)).ToList();
        await Eventually.HoldsAsync(() => Volatile.Read(ref inHand) == Guests && server.Sessions == Guests + Hostile, () => $"{inHand} asks in hand, {server.Sessions} sessions");

        using var hurry = new CancellationTokenSource();
        var stopping = server.StopAsync(hurry: hurry.Token);
        if (virtualTime)
        {
            Advance(TimeSpan.FromMilliseconds(500));
        }

        await UntilAsync(() => sessions.TrueForAll(session => session.State != SessionState.Open), "every guest is dismissed");
        release.SetResult();
        var answers = await Task.WhenAll(asks).WaitAsync(Patience);
        for (var i = 0; i < Guests; i++)
        {
            BitConverter.ToInt32(answers[i].Answer.Span).ShouldBe(i, "an answer that was owed is given");
        }

        await UntilAsync(() => server.Sessions == Hostile, "all but the hostile are gone");
        if (virtualTime)
        {
            // To a second after the grace and no further: what then remains takes no time.
            Advance(grace + TimeSpan.FromMilliseconds(500));
        }
        else
        {
            await hurry.CancelAsync();
        }

        var report = await stopping.WaitAsync(Patience);
        (report.Sessions, report.Left, report.Reset + report.Lost, report.Unconfirmed, report.NotSent).ShouldBe((Guests + Hostile, Guests, Hostile, 0L, 0L), report.ToString());
        if (virtualTime)
        {
            report.Took.ShouldBeLessThanOrEqualTo(grace + TimeSpan.FromSeconds(1));
        }

        (await Task.WhenAll(sessions.Select(session => session.Completion)).WaitAsync(Patience)).ShouldAllBe(ended => ended.Cause == Cause.Released);
        hostile.ForEach(socket => socket.Dispose());
        var (_, stayer) = await network.SettledAsync();
        stayer.ShouldBe(0, "TIME_WAITs on the stayer");

        void Advance(TimeSpan time)
        {
            for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(10))
            {
                virtualClock.Advance(TimeSpan.FromMilliseconds(10));
            }
        }

        Task UntilAsync(Func<bool> condition, string what) => Eventually.HoldsAsync(condition, () => $"{what}; {server.Sessions} sessions, {sessions.Count(session => session.State == SessionState.Open)} guests not dismissed", Patience);
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
