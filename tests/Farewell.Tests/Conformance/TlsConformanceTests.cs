using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Sockets;

namespace Farewell.Tests.Conformance;

public sealed class Tls12ConformanceTests() : TlsConformance(SslProtocols.Tls12);

public sealed class Tls13ConformanceTests() : TlsConformance(SslProtocols.Tls13);

/// <summary>The suite in TLS, and what only TLS has.</summary>
public abstract class TlsConformance(SslProtocols protocol) : CarrierConformance
{
    [Fact]
    public async Task AClientCertificate_IsShown()
    {
        var (server, client) = await Loopback.ConnectAsync();
        var serving = ServerOptions();
        serving.ClientCertificateRequired = true;
        serving.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=a client";
        var dialling = ClientOptions();
        dialling.ClientCertificates = [TestCertificates.Client];
        var transport = TlsTransport.Serve(Carry(server), serving, Loopback.Patient.Time, TimeProvider.System);
        var stayer = Join(Role.Stayer, transport, null);
        var leaver = Join(Role.Leaver, TlsTransport.Dial(Carry(client), dialling, Loopback.Patient.Time, TimeProvider.System), null);
        await leaver.OpenedAsync();
        await stayer.OpenedAsync();
        transport.Stream.RemoteCertificate!.Subject.ShouldBe("CN=a client");
        transport.Stream.SslProtocol.ShouldBe(protocol);
    }

    [Fact]
    public async Task ACertificateThatIsNotTrusted_IsNamedAsTheFault()
    {
        var (server, client) = await Loopback.ConnectAsync();
        var dialling = ClientOptions();
        dialling.RemoteCertificateValidationCallback = null;
        var stayer = Join(Role.Stayer, TlsTransport.Serve(Carry(server), ServerOptions(), Loopback.Patient.Time, TimeProvider.System), null);
        var leaver = Join(Role.Leaver, TlsTransport.Dial(Carry(client), dialling, Loopback.Patient.Time, TimeProvider.System), null);
        (await leaver.ReportAsync()).Fault.ShouldBeOfType<AuthenticationException>();
        (await stayer.ReportAsync()).IsOrderly.ShouldBeFalse();
        (await Should.ThrowAsync<FarewellException>(leaver.OpenedAsync)).Report!.Fault.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0000\u0010garbage, no hello")]
    public async Task WhatIsNoTls_IsBroken_AndNoProbe(string said)
    {
        var (server, client) = await Loopback.ConnectAsync();
        var stayer = Join(Role.Stayer, TlsTransport.Serve(server, ServerOptions(), Loopback.Patient, TimeProvider.System), null);
        await client.SendAsync(System.Text.Encoding.Latin1.GetBytes(said));
        var report = await stayer.ReportAsync();
        (report.Cause, report.Ending.How).ShouldBe((Cause.Broken, Tcp.Endings.How.Reset));
        report.Fault.ShouldNotBeNull();
        client.Dispose();
    }

    [Fact]
    public async Task AHandshakeThatDoesNotCome_IsOverdue()
    {
        var (server, client) = await Loopback.ConnectAsync();
        var limits = SessionLimits.Stayer with { Handshake = TimeSpan.FromMilliseconds(100) };
        var stayer = Join(Role.Stayer, TlsTransport.Serve(Carry(server), ServerOptions(), Loopback.Patient.Time, TimeProvider.System), null, limits);
        (await stayer.ReportAsync()).Cause.ShouldBe(Cause.HandshakeOverdue);
        client.Dispose();
    }

    [Fact]
    public async Task AHandshakeThatBreaksOff_IsAProbeOrTruncated()
    {
        var (server, client) = await Loopback.ConnectAsync();
        var stayer = Join(Role.Stayer, TlsTransport.Serve(Carry(server), ServerOptions(), Loopback.Patient.Time, TimeProvider.System), null);
        await client.SendAsync("\u0016\u0003\u0001"u8.ToArray());
        var leaving = EndSocket.OrderlyAsync(client, Loopback.Patient);
        (await stayer.ReportAsync()).Cause.ShouldBe(Cause.Probe, "no octet of the session's has come");
        (await leaving).Kind.ShouldBe(SocketEndKind.Orderly, "the stayer has closed, by a FIN");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnEndBeforeDone_IsTruncation_WithAndWithoutCloseNotify(bool closeNotify)
    {
        var (server, client) = await Loopback.ConnectAsync();
        var stayer = Join(Role.Stayer, TlsTransport.Serve(Carry(server), ServerOptions(), Loopback.Patient.Time, TimeProvider.System), null);
        await using var stream = await DialAsync(client);
        await stream.WriteAsync(Convert.FromHexString(ScriptedPeer.HelloOfALeaver));
        await stayer.OpenedAsync();
        if (closeNotify)
        {
            await stream.ShutdownAsync();
            stayer.Session.Completion.IsCompleted.ShouldBeFalse("only a FIN ends the stream");
        }

        var leaving = EndSocket.OrderlyAsync(client, Loopback.Patient);
        (await stayer.ReportAsync()).Cause.ShouldBe(Cause.Truncated);
        (await leaving).Kind.ShouldBe(SocketEndKind.Orderly);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnEndAfterGoodbye_IsNormal_WithAndWithoutCloseNotify(bool closeNotify)
    {
        var (server, client) = await Loopback.ConnectAsync();
        var stayer = Join(Role.Stayer, TlsTransport.Serve(Carry(server), ServerOptions(), Loopback.Patient.Time, TimeProvider.System), null);
        await using var stream = await DialAsync(client);
        await stream.WriteAsync(Convert.FromHexString(ScriptedPeer.HelloOfALeaver + "0c00001000000000000000000000000000000000"));
        var heard = new byte[32 + 8];
        await stream.ReadExactlyAsync(heard).AsTask().WaitAsync(Eventually.Limit);
        heard[32..36].ShouldBe([0x0d, 0, 0, 4]);
        if (closeNotify)
        {
            await stream.ShutdownAsync();
        }

        var leaving = EndSocket.OrderlyAsync(client, Loopback.Patient);
        (await stayer.ReportAsync()).Cause.ShouldBe(Cause.Left);
        (await leaving).ShouldBe(new SocketEnd(SocketEndKind.Orderly), "the stayer wrote nothing more");
    }

    [Fact]
    public async Task NoTicketLiesUnread_WhenTheDiallerLeaves()
    {
        // Unread tickets would make the FIN an RST, and the stayer's view a reset.
        for (var i = 0; i < 20; i++)
        {
            var (stayer, leaver) = await OpenAsync(departure: i % 2 == 0 ? Departure.Fin : Departure.UnheldFin);
            await leaver.Session.DisposeAsync().AsTask().WaitAsync(Eventually.Limit);
            (await leaver.ReportAsync()).Ending.How.ShouldNotBe(Tcp.Endings.How.Reset);
            (await stayer.ReportAsync()).Ending.How.ShouldBe(Tcp.Endings.How.Orderly);
        }
    }

    /// <summary>What the TLS runs over.</summary>
    private protected virtual Transport Carry(Socket socket) => new SocketTransport(socket, Loopback.Patient, TimeProvider.System);

    private protected override async Task<(Task<Transport> Stayer, Transport Leaver)> ConnectAsync()
    {
        var (server, client) = await Loopback.ConnectAsync();
        return (
            Task.FromResult<Transport>(TlsTransport.Serve(Carry(server), ServerOptions(), Loopback.Patient.Time, TimeProvider.System)),
            TlsTransport.Dial(Carry(client), ClientOptions(), Loopback.Patient.Time, TimeProvider.System));
    }

    private async Task<SslStream> DialAsync(Socket client)
    {
        var stream = new SslStream(new NetworkStream(client, ownsSocket: false));
        await stream.AuthenticateAsClientAsync(ClientOptions()).WaitAsync(Eventually.Limit);
        return stream;
    }

    private SslServerAuthenticationOptions ServerOptions() => TestCertificates.Serve(protocol);

    private SslClientAuthenticationOptions ClientOptions() => TestCertificates.Dial(protocol);
}
