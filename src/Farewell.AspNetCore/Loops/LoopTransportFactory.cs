using System.Net;
using System.Runtime.Versioning;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Farewell.AspNetCore.Loops;

/// <summary>Makes listeners of IP addresses.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LoopTransportFactory(IOptions<FarewellTransportOptions> options, ILogger<LoopTransportFactory> logger, IMemoryPoolFactory<byte>? pools = null) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => endpoint is IPEndPoint address
        ? ValueTask.FromResult<IConnectionListener>(new LoopConnectionListener(address, options.Value, pools, logger))
        : throw new NotSupportedException($"The event loops listen on IP addresses, not on {endpoint}.");
}
