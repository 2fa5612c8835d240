using System.Diagnostics.Metrics;
using Farewell.AspNetCore;
using Farewell.Protocol.Manners;
using Farewell.Protocols;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.AspNetCore.Connections;

/// <summary>Puts session servers on Kestrel's endpoints.</summary>
public static class FarewellConnectionBuilderExtensions
{
    /// <summary>
    /// Makes this endpoint a stayer for Farewell's sessions: it never closes a connection first, and resets only whoever has forfeited it. Put <c>UseHttps</c> before it for TLS. A host that stops
    /// asks every guest to leave; give its <c>ShutdownTimeout</c> a second more than the grace.
    /// </summary>
    /// <param name="connections">The endpoint: what <c>KestrelServerOptions.Listen</c> configures.</param>
    /// <param name="handler">What is done with messages and asks.</param>
    /// <param name="configure">How; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IConnectionBuilder UseFarewell(this IConnectionBuilder connections, Farewell.MessageHandler handler, Action<FarewellConnectionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return connections.Use(handler, null, configure);
    }

    /// <summary>
    /// Makes this endpoint a stayer for connections of any protocol: a handler over octets, and the words by which that protocol ends. <see cref="FarewellConnectionOptions.Filters"/>,
    /// <see cref="FarewellConnectionOptions.Handlers"/>, <see cref="FarewellConnectionOptions.FullQueue"/> and <see cref="FarewellConnectionOptions.Beginning"/> are for Farewell's own sessions and have no effect.
    /// </summary>
    /// <param name="connections">The endpoint: what <c>KestrelServerOptions.Listen</c> configures.</param>
    /// <param name="manner">Makes the closing manner of one connection.</param>
    /// <param name="handler">What is done with a connection.</param>
    /// <param name="configure">How; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IConnectionBuilder UseFarewell(
        this IConnectionBuilder connections, Func<IClosingManner> manner, Farewell.ProtocolHandler handler, Action<FarewellConnectionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(manner);
        ArgumentNullException.ThrowIfNull(handler);
        return connections.Use(static (_, _) => default, options => new HostedProtocol(manner, handler, options.ProtocolBuffer), configure);
    }

    private static IConnectionBuilder Use(
        this IConnectionBuilder connections, Farewell.MessageHandler handler, Func<FarewellConnectionOptions, HostedProtocol>? protocol, Action<FarewellConnectionOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(connections);
        var options = new FarewellConnectionOptions();
        configure?.Invoke(options);
        var loggers = connections.ApplicationServices?.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var sessions = new FarewellConnections(
            handler, protocol?.Invoke(options), options, loggers.CreateLogger<FarewellConnections>(), connections.ApplicationServices?.GetService<IMeterFactory>());
        return connections.Use(_ => sessions.RunAsync);
    }
}
