using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using Farewell.Carriers;
using Farewell.Tests;
using Farewell.Tests.Conformance;
using Microsoft.AspNetCore.Connections;

namespace Farewell.AspNetCore.Tests;

public sealed class KestrelConformanceTests() : KestrelConformance(SslProtocols.None);

public sealed class KestrelTls12ConformanceTests() : KestrelConformance(SslProtocols.Tls12);

public sealed class KestrelTls13ConformanceTests() : KestrelConformance(SslProtocols.Tls13);

/// <summary>The suite with the stayer on Kestrel, and a leaver of our own.</summary>
public abstract class KestrelConformance(SslProtocols protocol) : CarrierConformance, IAsyncLifetime
{
    private readonly Channel<ConnectionTransport> _accepted = Channel.CreateUnbounded<ConnectionTransport>();
    private KestrelHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await KestrelHost.StartAsync(
        listen => listen.Run(async connection =>
        {
            var transport = new ConnectionTransport(connection);
            _accepted.Writer.TryWrite(transport);
            await transport.Over;
        }),
        protocol);

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await _host.DisposeAsync();
    }

    private protected override async Task<(Task<Transport> Stayer, Transport Leaver)> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_host.EndPoint);

        // Kestrel's TLS shakes hands before its handler gets the connection.
        return (AcceptedAsync(), protocol == SslProtocols.None
            ? new SocketTransport(socket, Loopback.Patient, TimeProvider.System)
            : TlsTransport.Dial(socket, TestCertificates.Dial(protocol), Loopback.Patient, TimeProvider.System));
    }

    private async Task<Transport> AcceptedAsync() => await _accepted.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Limit);
}
