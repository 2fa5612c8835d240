using System.Net;
using System.Net.Sockets;
using Farewell.Listening;
using Farewell.Protocol;

namespace Farewell.Tests.Shows;

/// <summary>Twenty restarts under load, the listener handed from one server to the next: no ask fails, nobody is refused.</summary>
public sealed class HandOverTests
{
    private const int Restarts = 20;
    private const int Clients = 32;

    [Fact]
    public async Task TwentyRestarts_FailNoAsk()
    {
        var listener = ListenSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = (IPEndPoint)listener.LocalEndPoint!;
        var server = Serve(listener);
        using var over = new CancellationTokenSource();
        var counts = new Counts();
        var load = Enumerable.Range(0, Clients).Select(number => Task.Run(() => AskOnAsync(address, number, counts, over.Token))).ToArray();
        for (var restart = 0; restart < Restarts; restart++)
        {
            var before = Volatile.Read(ref counts.Answered);
            await Eventually.HoldsAsync(() => Volatile.Read(ref counts.Answered) > before + 200 || Array.Exists(load, client => client.IsFaulted),
                () => $"restart {restart}: {counts.Answered} answers, {counts.Dialled} dialled, {counts.Dialling} dialling, {server.Sessions} sessions: the load stands still");
            await Task.WhenAll(load.Where(client => client.IsFaulted));
            var next = Serve(listener);
            var report = await server.StopAsync(new StopOptions { HandsOver = true });
            (report.Reset, report.Drained).ShouldBe((0, 0), report.ToString());
            server = next;
        }

        await over.CancelAsync();
        await Task.WhenAll(load);
        await server.StopAsync();
        counts.Answered.ShouldBeGreaterThan(Restarts * 200);
        counts.Dialled.ShouldBeGreaterThan(Clients * Restarts / 2, "clients did move from server to server");
    }

    private static FarewellServer Serve(Socket listener) => FarewellServer.Start(new FarewellServerOptions { Listener = listener }, static (_, message) =>
    {
        message.Answer(message.Payload);
        return default;
    });

    /// <summary>Asks, one after the other; what was refused as not begun is asked again elsewhere, anything else is a failure.</summary>
    private static async Task AskOnAsync(IPEndPoint address, int number, Counts counts, CancellationToken over)
    {
        FarewellSession? session = null;
        var ask = BitConverter.GetBytes(number);
        while (!over.IsCancellationRequested)
        {
            session ??= await DialAsync(address, counts);
            var answer = await session.AskAsync(ask);
            switch (answer.Outcome)
            {
                case AskOutcome.Answered:
                    answer.Answer.ToArray().ShouldBe(ask);
                    Interlocked.Increment(ref counts.Answered);
                    break;
                case AskOutcome.Refused:
                    session = null;
                    break;
                default:
                    Assert.Fail("an ask ended unknown");
                    break;
            }
        }

        await (session?.DisposeAsync() ?? default);
    }

    private static async Task<FarewellSession> DialAsync(IPEndPoint address, Counts counts)
    {
        while (true)
        {
            try
            {
                Interlocked.Increment(ref counts.Dialling);
                Interlocked.Increment(ref counts.Dialled);
                return await FarewellClient.ConnectAsync(address);
            }
            catch (FarewellException turnedAway) when (turnedAway.Dismissal is { Reason: DismissReason.Stop })
            {
                // Accepted by a server that was about to stop: told so, and nothing was lost.
            }
            finally
            {
                Interlocked.Decrement(ref counts.Dialling);
            }
        }
    }

    private sealed class Counts
    {
        public int Answered;
        public int Dialled;
        public int Dialling;
    }
}
