using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Engine;
using Farewell.Protocol;
using Farewell.Sessions;
using Farewell.Sockets;
using Farewell.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell;

/// <summary>Dials servers.</summary>
public static class FarewellClient
{
    private static readonly Lazy<DeadlineWheel> SystemWheel = new(() => new DeadlineWheel(TimeProvider.System));

    private static readonly Lock Gate = new();
    private static EventLoops? _loops;

    /// <summary>Dials a server and waits until the session is open.</summary>
    /// <param name="server">Its address: an <see cref="IPEndPoint"/> or a <see cref="DnsEndPoint"/>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Gives up; nothing is left behind.</param>
    /// <exception cref="FarewellException">The server cannot be reached in time, or does not open a session.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static async Task<FarewellSession> ConnectAsync(EndPoint server, FarewellClientOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        options ??= new FarewellClientOptions();
        options.Validate();
        using var timeUp = new CancellationTokenSource(options.ConnectTimeout, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellation);
        try
        {
            var carried = await CarryAsync(server, options, either.Token).ConfigureAwait(false);
            return await OpenAsync(carried, options, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new FarewellException($"No session with {server} within {options.ConnectTimeout.TotalSeconds:0.###} s: the server does not answer, or its accept queue is full.");
        }
    }

    private static async ValueTask<Transport> CarryAsync(EndPoint server, FarewellClientOptions options, CancellationToken cancellation)
    {
        if (CarrierChoice.IsLoops(options.Carrier, options.Clock))
        {
            return await DialByLoopAsync(server, options.Dial, cancellation).ConfigureAwait(false);
        }

        return new SocketTransport(await (options.Dial ?? DialAsync)(server, cancellation).ConfigureAwait(false), DrainLimit.Default, options.Clock);
    }

    [SupportedOSPlatform("linux")]
    private static async ValueTask<Transport> DialByLoopAsync(EndPoint server, Func<EndPoint, CancellationToken, ValueTask<Socket>>? dial, CancellationToken cancellation)
    {
        var socket = dial is null ? null : await dial(server, cancellation).ConfigureAwait(false);
        try
        {
            return socket is null ? await LoopDialer.DialAsync(server, Loops(), cancellation).ConfigureAwait(false) : Loops().Take(socket);
        }
        catch (Exception refused) when (refused is SocketException or IOException)
        {
            if (socket is not null)
            {
                EndSocket.Abort(socket);
            }

            throw new FarewellException(refused is SocketException error ? Explain(server, error) : refused.Message, refused);
        }
    }

    /// <summary>Those of all clients of the process. Refused once, they are asked for again by the next dial.</summary>
    [SupportedOSPlatform("linux")]
    private static EventLoops Loops()
    {
        lock (Gate)
        {
            return _loops ??= new EventLoops("farewell clients", 0, SystemWheel.Value);
        }
    }

    private static async ValueTask<Socket> DialAsync(EndPoint server, CancellationToken cancellation)
    {
        var socket = server is IPEndPoint { AddressFamily: var family } ? new Socket(family, SocketType.Stream, ProtocolType.Tcp) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(server, cancellation).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException refused)
        {
            EndSocket.Abort(socket);
            throw new FarewellException(Explain(server, refused), refused);
        }
        catch
        {
            EndSocket.Abort(socket);
            throw;
        }
    }

    private static async Task<FarewellSession> OpenAsync(Transport carried, FarewellClientOptions options, CancellationToken cancellation)
    {
        var inbox = options.Handler is null ? new Inbox() : null;
        var settings = new SessionSettings
        {
            Limits = options.Limits,
            Wheel = options.Clock == TimeProvider.System ? SystemWheel.Value : new DeadlineWheel(options.Clock),
            Logger = options.Logger ?? NullLogger.Instance,

            // The inbox holds one message, and the next when that is handled.
            Handlers = inbox is null ? options.Handlers : 1,
            FullQueue = options.FullQueue,
            Metrics = SessionMetrics.Of(options.MeterFactory),
            Departure = options.Departure,
            Departures = options.Departures ?? ProcessDepartures.Chooser,
        };
        settings = inbox is null
            ? settings.Handling(options.Handler!, [.. options.Filters], options.HandlerThread)
            : settings with { Handler = SessionSettings.Chain(options.Filters, inbox.Put) };
        var transport = options.Tls is { } tls ? TlsTransport.Dial(carried, tls, DrainLimit.Default.Time, options.Clock) : carried;
        var driver = new SessionDriver(Role.Leaver, dials: true, transport, settings) { Inbox = inbox };
        driver.Start();
        try
        {
            await driver.Opened.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            driver.Abort();
            throw;
        }

        return driver.Face;
    }

    private static string Explain(EndPoint server, SocketException refused) => refused.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => $"{server} refuses connections: nothing listens there.",
        SocketError.AddressNotAvailable => $"No local port is left towards {server}: farewell doctor says who holds them and until when.",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => $"{server} cannot be reached from here: {refused.Message}.",
        SocketError.HostNotFound or SocketError.TryAgain => $"{server} has no address: {refused.Message}.",
        SocketError.NotConnected => $"The socket that was made for {server} is not connected: Dial has to connect it.",
        SocketError.TooManyOpenSockets => $"No file descriptor is left to dial {server}: raise RLIMIT_NOFILE (ulimit -n, LimitNOFILE=).",
        _ => $"Could not dial {server}: {refused.Message}.",
    };
}
