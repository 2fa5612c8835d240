using System.Net;
using System.Net.Sockets;
using Farewell.Departures;
using Farewell.Http.Exchanges;
using Farewell.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell.Http;

/// <summary>What a handler calls to open a connection: dials, or lets the callback dial that was there before, and puts the ending below and the watch above TLS.</summary>
internal sealed class Connector
{
    private int _toldOfPassing;

    public Connector(
        HttpFarewellOptions options,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect,
        Func<SocketsHttpPlaintextStreamFilterContext, CancellationToken, ValueTask<Stream>>? filter)
    {
        (Connect, Filter) = (connect, filter);
        (Asked, Drain, MostRunning, OnEnded, Clock) = (options.Departure, options.Drain, options.MostRunning, options.OnEnded, options.Clock);
        Departures = options.Departures ?? ProcessDepartures.Chooser;
        Logger = options.Logger ?? NullLogger.Instance;
        Metrics = HttpMetrics.Of(options.MeterFactory);
        Metrics.Watch(Departures);
    }

    /// <summary>The callback that was there before; null: none.</summary>
    public Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? Connect { get; }

    /// <summary>The filter that was there before; null: none.</summary>
    public Func<SocketsHttpPlaintextStreamFilterContext, CancellationToken, ValueTask<Stream>>? Filter { get; }

    public Departure Asked { get; }

    public DrainLimit Drain { get; }

    public int MostRunning { get; }

    public DepartureChooser Departures { get; }

    public Action<HttpEnding>? OnEnded { get; }

    public TimeProvider Clock { get; }

    public ILogger Logger { get; }

    public HttpMetrics Metrics { get; }

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        if (Connect is null)
        {
            return new DepartingStream(await DialAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false), this);
        }

        var made = await Connect(context, cancellation).ConfigureAwait(false);
        if (made.GetType() == typeof(NetworkStream) && ((NetworkStream)made).Socket is { ProtocolType: ProtocolType.Tcp, Connected: true, LocalEndPoint: IPEndPoint, RemoteEndPoint: IPEndPoint } socket)
        {
            // The stream is let go without a dispose, which would end the socket.
            GC.SuppressFinalize(made);
            return new DepartingStream(socket, this);
        }

        if (made is not DepartingStream && Interlocked.Exchange(ref _toldOfPassing, 1) == 0)
        {
            HttpLog.PassedThrough(Logger, context.DnsEndPoint, made.GetType().Name);
        }

        return made;
    }

    public async ValueTask<Stream> FilterAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellation)
    {
        // Above the user's filter is HTTP, whatever that makes of it below.
        var stream = Filter is null ? context.PlaintextStream : await Filter(context, cancellation).ConfigureAwait(false);
        return new WatchedStream(stream, context.NegotiatedHttpVersion.Major == 2 ? new Http2Exchanges() : new Http1Exchanges());
    }

    private async Task<Socket> DialAsync(DnsEndPoint server, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellation).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException failed) when (failed.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            EndSocket.Abort(socket);
            throw new SocketException((int)failed.SocketErrorCode, Explain(server));
        }
        catch
        {
            EndSocket.Abort(socket);
            throw;
        }
    }

    private string Explain(DnsEndPoint server)
    {
        var held = Departures.Held().Where(held => held.Destination.Port == server.Port).Sum(held => (long)held.TimeWaits);
        return $"No local port is left towards {server.Host}:{server.Port}; TIME_WAITs of this process hold {held} towards port {server.Port}. "
            + "Keep connections open (PooledConnectionIdleTimeout, PooledConnectionLifetime, one handler for all requests), or let them end without a TIME_WAIT "
            + "(UseFarewell with a departure of auto or unheld-fin), or widen net.ipv4.ip_local_port_range; farewell doctor says who holds them and until when.";
    }
}
