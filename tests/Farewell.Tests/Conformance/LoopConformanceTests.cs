using System.Runtime.Versioning;
using System.Security.Authentication;
using Farewell.Carriers;

namespace Farewell.Tests.Conformance;

/// <summary>The suite over event loops.</summary>
[SupportedOSPlatform("linux")]
public sealed class LoopConformanceTests : CarrierConformance
{
    private readonly TestLoops _loops = new();

    private protected override async Task<(Task<Transport> Stayer, Transport Leaver)> ConnectAsync()
    {
        var (server, client) = await Loopback.ConnectAsync();
        return (Task.FromResult<Transport>(_loops.Take(server)), _loops.Take(client));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _loops.Dispose();
    }
}

[SupportedOSPlatform("linux")]
public sealed class Tls12OverLoopsConformanceTests() : TlsOverLoopsConformance(SslProtocols.Tls12);

[SupportedOSPlatform("linux")]
public sealed class Tls13OverLoopsConformanceTests() : TlsOverLoopsConformance(SslProtocols.Tls13);

/// <summary>The suite in TLS over event loops.</summary>
[SupportedOSPlatform("linux")]
public abstract class TlsOverLoopsConformance(SslProtocols protocol) : TlsConformance(protocol)
{
    private readonly TestLoops _loops = new();

    private protected override Transport Carry(System.Net.Sockets.Socket socket) => _loops.Take(socket);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _loops.Dispose();
    }
}
