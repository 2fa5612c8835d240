using System.Diagnostics.Metrics;
using System.Security.Authentication;
using Farewell.Carriers;
using Farewell.Protocol;
using Farewell.Samples.LineServer;
using Farewell.Sessions;
using Farewell.Tests;
using Farewell.Tests.Conformance;
using Farewell.Tests.Protocols;
using Farewell.Timing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell.AspNetCore.Tests;

public sealed class UseFarewellTests
{
    [Theory]
    [InlineData(SslProtocols.None)]
    [InlineData(SslProtocols.Tls13)]
    public async Task AStop_AsksTheGuestsToLeave_AndTheyClose(SslProtocols protocol)
    {
        var said = "";
        await using var host = await KestrelHost.StartAsync(
            listen => listen.UseFarewell(
                (session, message) =>
                {
                    message.Answer((byte[])session.UserState!);
                    return default;
                },
                options =>
                {
                    options.RetryAfter = TimeSpan.Zero;
                    options.Beginning = (session, connection) =>
                    {
                        said = connection.Features.Get<ITlsHandshakeFeature>()?.Protocol.ToString() ?? "None";
                        session.UserState = "state"u8.ToArray();
                    };
                }),
            protocol);
        using var wheel = new DeadlineWheel(TimeProvider.System);
        var leaver = await DialAsync(host, protocol, wheel);
        (await leaver.Face.AskAsync(new byte[3]).AsTask().WaitAsync(Eventually.Limit)).Answer.ToArray().ShouldBe("state"u8.ToArray());
        said.ShouldBe(protocol.ToString());
        var dismissed = new TaskCompletionSource<Dismissal>();
        leaver.Face.Dismissed += (_, dismissal) => dismissed.TrySetResult(dismissal);
        var stop = host.StopAsync();
        (await dismissed.Task.WaitAsync(Eventually.Limit)).Reason.ShouldBe(DismissReason.Stop);
        var report = await leaver.Completion.WaitAsync(Eventually.Limit);
        report.Cause.ShouldBe(Cause.Released);
        report.Ending.ClosedFirst.ShouldNotBe(Tcp.Endings.ClosedFirst.Remote);
        await stop.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task AStopOutOfPatience_ResetsWhoStays()
    {
        await using var host = await KestrelHost.StartAsync(listen => listen.UseFarewell(static (_, _) => default));
        var (client, peer) = (new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp), default(ScriptedPeer));
        await client.ConnectAsync(host.EndPoint);
        peer = new ScriptedPeer(new SocketTransport(client, Loopback.Patient, TimeProvider.System));
        peer.Say(ScriptedPeer.HelloOfALeaver);
        await Eventually.HoldsAsync(() => peer.Heard.Length >= 64, () => peer.Heard);
        using var patience = new CancellationTokenSource();
        var stop = host.StopAsync(patience.Token);
        await Eventually.HoldsAsync(() => peer.Heard.Contains("0b00000c01", StringComparison.Ordinal), () => "dismissed");
        stop.IsCompleted.ShouldBeFalse();
        await patience.CancelAsync();
        (await peer.OverAsync()).ShouldBe("lost");
        peer.Leave(TransportEnd.Release);
        await stop.WaitAsync(Eventually.Limit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AUsersProtocol_EndsByItsOwnWords(bool stops)
    {
        await using var host = await KestrelHost.StartAsync(static listen => listen.UseFarewell(static () => new LineManner(), LineProtocol.ServeAsync));
        using var peer = new Peer(host.EndPoint);
        peer.Say("ECHO a\r\n");
        await peer.UntilAsync("220 ready\r\n250 a\r\n");
        var stop = Task.CompletedTask;
        if (stops)
        {
            stop = host.StopAsync();
            await peer.UntilAsync("421 Stop, please QUIT\r\n");
        }

        peer.Say("QUIT\r\n");
        await peer.UntilAsync("221 bye\r\n");
        peer.End();
        (await peer.ToEndAsync()).How.ShouldBe(System.Net.Sockets.SocketError.Success);
        await stop.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task TheHostsMeters_Count()
    {
        await using var host = await KestrelHost.StartAsync(static listen => listen.UseFarewell(static (_, _) => default));
        var endings = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Name == "farewell.endings" && ReferenceEquals(instrument.Meter.Scope, host.Meters))
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref endings, count));
        listener.Start();
        await using (await FarewellClient.ConnectAsync(host.EndPoint))
        {
        }

        await Eventually.HoldsAsync(() => Interlocked.Read(ref endings) == 1, () => $"{endings} endings");
    }

    [Fact]
    public void AnOptionOutOfItsRange_IsRefusedAtTheStart() => Should.Throw<ArgumentOutOfRangeException>(() => new FarewellConnections(
        static (_, _) => default, null, new FarewellConnectionOptions { Handlers = 0 }, NullLogger.Instance, null));

    private static async Task<SessionDriver> DialAsync(KestrelHost host, SslProtocols protocol, DeadlineWheel wheel)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(host.EndPoint);
        var settings = new SessionSettings
        {
            Handler = static (_, _) => default,
            Limits = Protocol.Sessions.SessionLimits.Leaver,
            Wheel = wheel,
            Logger = NullLogger.Instance,
        };
        Transport transport = protocol == SslProtocols.None
            ? new SocketTransport(socket, Loopback.Patient, TimeProvider.System)
            : TlsTransport.Dial(socket, TestCertificates.Dial(protocol), Loopback.Patient, TimeProvider.System);
        var driver = new SessionDriver(Role.Leaver, dials: true, transport, settings);
        driver.Start();
        await driver.Opened.WaitAsync(Eventually.Limit);
        return driver;
    }
}
