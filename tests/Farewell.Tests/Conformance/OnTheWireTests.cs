using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Farewell.Carriers;

namespace Farewell.Tests.Conformance;

[SupportedOSPlatform("linux")]
public sealed class SocketOnTheWireTests : CarrierOnTheWire
{
    private Socket? _listener;

    private protected override async Task<(Task<Transport> Stayer, Transport Leaver)> ConnectAsync()
    {
        var (server, client) = await ConnectAsync(_listener ??= Network.Listen());
        return (Task.FromResult<Transport>(new SocketTransport(server, Loopback.Patient, TimeProvider.System)), new SocketTransport(client, Loopback.Patient, TimeProvider.System));
    }
}

[SupportedOSPlatform("linux")]
public sealed class Tls12OnTheWireTests() : TlsOnTheWire(SslProtocols.Tls12);

[SupportedOSPlatform("linux")]
public sealed class Tls13OnTheWireTests() : TlsOnTheWire(SslProtocols.Tls13);

[SupportedOSPlatform("linux")]
public abstract class TlsOnTheWire(SslProtocols protocol) : CarrierOnTheWire
{
    private Socket? _listener;

    private protected override async Task<(Task<Transport> Stayer, Transport Leaver)> ConnectAsync()
    {
        var (server, client) = await ConnectAsync(_listener ??= Network.Listen());
        return (
            Task.FromResult<Transport>(TlsTransport.Serve(server, TestCertificates.Serve(protocol), Loopback.Patient, TimeProvider.System)),
            TlsTransport.Dial(client, TestCertificates.Dial(protocol), Loopback.Patient, TimeProvider.System));
    }
}

[SupportedOSPlatform("linux")]
public sealed class LoopOnTheWireTests : CarrierOnTheWire
{
    private readonly TestLoops _loops = new();
    private Socket? _listener;

    private protected override async Task<(Task<Transport> Stayer, Transport Leaver)> ConnectAsync()
    {
        var (server, client) = await ConnectAsync(_listener ??= Network.Listen());
        return (Task.FromResult(_loops.Take(server)), _loops.Take(client));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _loops.Dispose();
    }
}
