using System.Diagnostics.Metrics;
using Farewell.AspNetCore;
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
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentNullException.ThrowIfNull(handler);
        var options = new FarewellConnectionOptions();
        configure?.Invoke(options);
        var loggers = connections.ApplicationServices?.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var sessions = new FarewellConnections(handler, options, loggers.CreateLogger<FarewellConnections>(), connections.ApplicationServices?.GetService<IMeterFactory>());
        return connections.Use(_ => sessions.RunAsync);
    }
}
