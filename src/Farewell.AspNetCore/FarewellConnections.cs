using System.Diagnostics.Metrics;
using Farewell.Carriers;
using Farewell.Protocol;
using Farewell.Protocols;
using Farewell.Sessions;
using Farewell.Timing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace Farewell.AspNetCore;

/// <summary>The sessions of one Kestrel endpoint.</summary>
internal sealed class FarewellConnections
{
    private readonly FarewellConnectionOptions _options;
    private readonly SessionSettings _settings;
    private readonly HostedProtocol? _protocol;

    /// <param name="handler">For Farewell's own sessions.</param>
    /// <param name="protocol">Another protocol; null for Farewell's own sessions.</param>
    /// <param name="options">How.</param>
    /// <param name="logger">Where to log.</param>
    /// <param name="meters">Whose meter counts; null for the process's own.</param>
    public FarewellConnections(MessageHandler handler, HostedProtocol? protocol, FarewellConnectionOptions options, ILogger logger, IMeterFactory? meters)
    {
        options.Validate();
        (_options, _protocol) = (options, protocol);
        _settings = new SessionSettings
        {
            Limits = options.Limits,
            Wheel = new DeadlineWheel(options.Clock),
            Logger = logger,
            Handlers = options.Handlers,
            FullQueue = options.FullQueue,
            ResetAfterGoodbye = options.ResetAfterGoodbye,
            MaxAge = options.MaxAge,
            Metrics = SessionMetrics.Of(meters),
        }.Handling(handler, [.. options.Filters]);
    }

    /// <summary>Runs a session, and keeps the connection until its leaver has left.</summary>
    public async Task RunAsync(ConnectionContext connection)
    {
        var transport = new ConnectionTransport(connection);
        var session = Begin(transport, connection);

        // A host that stops asks for this first, and aborts what is left at the end of its own patience.
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        await using (stopping.UnsafeRegister(_ => session.Dismiss(DismissReason.Stop, null, _options.RetryAfter * Random.Shared.NextDouble(), null), null).ConfigureAwait(false))
        {
            session.Start();
            await transport.Over.ConfigureAwait(false);
        }
    }

    private Driver Begin(ConnectionTransport transport, ConnectionContext connection)
    {
        if (_protocol is not null)
        {
            return new ProtocolDriver(Role.Stayer, transport, _settings, _protocol);
        }

        var session = new SessionDriver(Role.Stayer, dials: false, transport, _settings);
        _options.Beginning?.Invoke(session.Face, connection);
        return session;
    }
}
