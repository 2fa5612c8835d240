using System.Globalization;
using Farewell.AspNetCore.Loops;
using Farewell.AspNetCore.Transports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Farewell.AspNetCore;

/// <summary>Puts the marker around the application, outermost, and checks that its counterpart in the transport is in use.</summary>
internal sealed class HttpMarking(
    IEnumerable<IConnectionListenerFactory> transports, IOptions<FarewellHttpOptions> options, IOptions<KestrelServerOptions> kestrel) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
    {
        Check();
        return application =>
        {
            application.Use(Marking(options.Value.AnnounceKeepAlive ? kestrel.Value.Limits.KeepAliveTimeout : null));
            next(application);
        };
    }

    private static bool IsOnLoops(IConnectionListenerFactory transport) => OperatingSystem.IsLinux() && transport is LoopTransportFactory;

    /// <summary>The middleware; does nothing on connections of other transports.</summary>
    public static Func<RequestDelegate, RequestDelegate> Marking(TimeSpan? keepAliveTimeout)
    {
        var announced = keepAliveTimeout is { } limit ? Announced(limit) : StringValues.Empty;
        return next => context => context.Features[typeof(HttpMark)] is HttpMark mark ? mark.RunAsync(context, next, announced) : next(context);
    }

    /// <summary>
    /// What to announce for a limit: a fifth less, but 16 s at least, since HttpClient looks at its idle connections every 15 s only; and half of a limit that is too short for that.
    /// Nothing below 2 s, where the header's whole seconds leave no room.
    /// </summary>
    internal static StringValues Announced(TimeSpan limit)
    {
        var margin = Math.Min(limit.TotalSeconds / 2, Math.Max(limit.TotalSeconds / 5, 16));
        var seconds = Math.Floor(limit.TotalSeconds - margin);
        return seconds is >= 1 and <= int.MaxValue ? new StringValues(string.Create(CultureInfo.InvariantCulture, $"timeout={seconds:0}")) : StringValues.Empty;
    }

    private void Check()
    {
        if (transports.Any(IsOnLoops))
        {
            throw new InvalidOperationException(
                "UseFarewell and UseFarewellTransport are two transports for the same endpoints, and only the one registered last would have an effect. UseFarewell lets clients close first; UseFarewellTransport is faster and ends as Kestrel's own does: keep one.");
        }

        // Kestrel asks the transports from the last registered to the first.
        var after = transports.Reverse().TakeWhile(static each => each is not FarewellTransportFactory).FirstOrDefault(static each => each is SocketTransportFactory);
        if (after is not null)
        {
            throw new InvalidOperationException(
                "UseFarewell would have no effect: a SocketTransportFactory was registered after it, and Kestrel uses the transport that was registered last. Remove that registration, or move it before UseFarewell.");
        }
    }
}
