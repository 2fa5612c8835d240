using System.Buffers;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Farewell.AspNetCore.Transports;

/// <summary>
/// The transport of TCP endpoints. Kestrel asks the transports from the last registered to the first: Unix domain sockets, named pipes and QUIC go on to theirs.
/// </summary>
internal sealed class FarewellTransportFactory(
    IOptions<FarewellHttpOptions> options,
    IOptions<KestrelServerOptions> kestrel,
    IOptions<SocketTransportOptions> sockets,
    ILoggerFactory loggers,
    IMeterFactory? meters = null,
    IMemoryPoolFactory<byte>? memory = null) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Partings _partings = new(options.Value, kestrel.Value.Limits.KeepAliveTimeout, meters, loggers.CreateLogger("Farewell.AspNetCore.Endings"));

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or FileHandleEndPoint { FileHandleType: FileHandleType.Auto or FileHandleType.Tcp };

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var transport = sockets.Value;
        Socket listener;
        try
        {
            listener = transport.CreateBoundListenSocket(endpoint);
            listener.Listen(transport.Backlog);
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(taken.Message, taken);
        }

        return new(new FarewellListener(listener, transport, CreateMemory, _partings));
    }

    private MemoryPool<byte> CreateMemory() => memory?.Create() ?? MemoryPool<byte>.Shared;
}
