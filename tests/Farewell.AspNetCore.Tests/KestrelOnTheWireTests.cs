using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Threading.Channels;
using Farewell.Carriers;
using Farewell.Tests;
using Farewell.Tests.Conformance;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Farewell.AspNetCore.Tests;

[SupportedOSPlatform("linux")]
public sealed class KestrelPlainOnTheWireTests() : KestrelOnTheWire(SslProtocols.None);

[SupportedOSPlatform("linux")]
public sealed class KestrelTls13OnTheWireTests() : KestrelOnTheWire(SslProtocols.Tls13);

[SupportedOSPlatform("linux")]
public abstract class KestrelOnTheWire(SslProtocols protocol) : CarrierOnTheWire
{
    private readonly Channel<Transport> _accepted = Channel.CreateUnbounded<Transport>();
    private Socket _listener = null!;
    private KestrelHost _host = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _host = await KestrelHost.StartAsync(
            VethNetwork.ServerAddress,
            wanted => _listener = Network.Server.Run(() => SocketTransportOptions.CreateDefaultBoundListenSocket(wanted)),
            listen => listen.Run(async connection =>
            {
                var transport = new ConnectionTransport(connection);
                _accepted.Writer.TryWrite(transport);
                await transport.Over;
            }),
            protocol);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    private protected override Task<(Task<Transport> Stayer, Transport Leaver)> ConnectAsync()
    {
        var client = Network.Dial(_listener);
        var accepted = _accepted.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Limit);
        return Task.FromResult<(Task<Transport>, Transport)>((accepted, protocol == SslProtocols.None
            ? new SocketTransport(client, Loopback.Patient, TimeProvider.System)
            : TlsTransport.Dial(client, TestCertificates.Dial(protocol), Loopback.Patient, TimeProvider.System)));
    }
}
