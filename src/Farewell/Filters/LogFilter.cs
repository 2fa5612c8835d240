using System.Net;
using Microsoft.Extensions.Logging;

namespace Farewell.Filters;

/// <summary>A line for each handler that has returned.</summary>
internal static partial class LogFilter
{
    public static SessionFilter Around(ILogger logger, LogLevel level, TimeProvider clock) => next => (session, message) =>
        logger.IsEnabled(level) ? RunAsync(logger, level, clock, next, session, message) : next(session, message);

    private static async ValueTask RunAsync(ILogger logger, LogLevel level, TimeProvider clock, MessageHandler next, FarewellSession session, Message message)
    {
        var began = clock.GetTimestamp();
        var (kind, octets) = (message.IsAsk ? "ask" : "message", message.Payload.Length);
        try
        {
            await next(session, message).ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            Failed(logger, level, kind, octets, session.RemoteEndPoint, clock.GetElapsedTime(began).TotalMilliseconds, thrown.GetType().Name);
            throw;
        }

        Handled(logger, level, kind, octets, session.RemoteEndPoint, clock.GetElapsedTime(began).TotalMilliseconds);
    }

    [LoggerMessage(EventId = 40, Message = "Handled {Kind} of {Octets} octets from {Peer} in {Milliseconds:0.###} ms")]
    private static partial void Handled(ILogger logger, LogLevel level, string kind, int octets, EndPoint? peer, double milliseconds);

    [LoggerMessage(EventId = 41, Message = "Failed at {Kind} of {Octets} octets from {Peer} after {Milliseconds:0.###} ms: {Thrown}")]
    private static partial void Failed(ILogger logger, LogLevel level, string kind, int octets, EndPoint? peer, double milliseconds, string thrown);
}
