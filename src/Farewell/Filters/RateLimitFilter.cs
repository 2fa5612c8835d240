using System.Threading.RateLimiting;
using Farewell.Protocol;

namespace Farewell.Filters;

/// <summary>A lease before an ask is begun, or none and a refusal.</summary>
internal static class RateLimitFilter
{
    public static SessionFilter Around(Func<FarewellSession, CancellationToken, ValueTask<RateLimitLease>> acquire) =>
        next => (session, message) => message.IsAsk ? RunAsync(acquire, next, session, message) : next(session, message);

    private static async ValueTask RunAsync(Func<FarewellSession, CancellationToken, ValueTask<RateLimitLease>> acquire, MessageHandler next, FarewellSession session, Message message)
    {
        try
        {
            using var lease = await acquire(session, message.Cancellation).ConfigureAwait(false);
            if (lease.IsAcquired)
            {
                await next(session, message).ConfigureAwait(false);
                return;
            }
        }
        catch (OperationCanceledException) when (message.Cancellation.IsCancellationRequested)
        {
            // Given up while it waited for its turn: not begun, and refused already.
            return;
        }

        message.Refuse(RefusedReason.Busy);
    }
}
