using System.Threading.RateLimiting;
using Farewell.Filters;
using Microsoft.Extensions.Logging;

namespace Farewell;

/// <summary>Filters that come with the library; <c>docs/filters.md</c>.</summary>
public static class SessionFilters
{
    /// <summary>
    /// Refuses asks beyond a rate with <see cref="Protocol.RefusedReason.Busy"/>, which tells the peer that they were not begun and are safe to send elsewhere. An ask that the limiter queues waits, and holds
    /// its place among the running handlers. A lease is held until the handler has returned, so a concurrency limit limits what runs. Messages cannot be refused and pass: credit limits them.
    /// </summary>
    /// <param name="limiter">One limit for all sessions that go through the filter; its owner disposes of it after the server.</param>
    public static SessionFilter RateLimit(RateLimiter limiter)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        return RateLimitFilter.Around((_, cancellation) => limiter.AcquireAsync(1, cancellation));
    }

    /// <summary>The same with a limit for each session, address or tenant, as the partition says.</summary>
    /// <param name="limiter">The limits; their owner disposes of them after the server.</param>
    public static SessionFilter RateLimit(PartitionedRateLimiter<FarewellSession> limiter)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        return RateLimitFilter.Around((session, cancellation) => limiter.AcquireAsync(session, 1, cancellation));
    }

    /// <summary>Logs every message and ask when its handler has returned, with its size and how long that took; a handler that throws too.</summary>
    /// <param name="logger">Where to.</param>
    /// <param name="level">At which level; when it is off, nothing is measured. Default <see cref="LogLevel.Debug"/>.</param>
    /// <param name="clock">The clock; null is the system's.</param>
    public static SessionFilter Log(ILogger logger, LogLevel level = LogLevel.Debug, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(logger);
        return LogFilter.Around(logger, level, clock ?? TimeProvider.System);
    }
}
