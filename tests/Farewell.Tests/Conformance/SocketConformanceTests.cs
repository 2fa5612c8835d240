using Farewell.Carriers;

namespace Farewell.Tests.Conformance;

public sealed class SocketConformanceTests : CarrierConformance
{
    private protected override async Task<(Task<Transport> Stayer, Transport Leaver)> ConnectAsync()
    {
        var (server, client) = await Loopback.ConnectAsync();
        return (Task.FromResult<Transport>(new SocketTransport(server, Loopback.Patient, TimeProvider.System)), new SocketTransport(client, Loopback.Patient, TimeProvider.System));
    }
}
