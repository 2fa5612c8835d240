using System.Diagnostics;

namespace Farewell.Sessions;

/// <summary>The activity source <c>Farewell</c>: one span for an ask, one for a handler. Without a listener nothing is made.</summary>
internal static class Tracing
{
    public static readonly ActivitySource Source = new(SessionMetrics.Name);

    /// <summary>Puts a span around a handler.</summary>
    public static MessageHandler Around(MessageHandler handler) =>
        (session, message) => Source.HasListeners() ? HandleAsync(handler, session, message) : handler(session, message);

    /// <summary>Begins the span of an own ask; null if nobody wants it.</summary>
    public static Activity? StartAsk(SessionDriver session) => Describe(Source.StartActivity("ask", ActivityKind.Client), session);

    /// <summary>Says in the span of an ask what came of it.</summary>
    public static void Conclude(Activity? span, string outcome)
    {
        span?.SetTag("farewell.outcome", outcome);
        if (outcome != "answered")
        {
            span?.SetStatus(ActivityStatusCode.Error, outcome);
        }
    }

    private static async ValueTask HandleAsync(MessageHandler handler, FarewellSession session, Message message)
    {
        using var span = message.IsAsk ? Source.StartActivity("handle ask", ActivityKind.Server) : Source.StartActivity("handle message", ActivityKind.Consumer);
        span?.SetTag("network.peer.address", session.RemoteEndPoint?.ToString());
        try
        {
            await handler(session, message).ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            span?.SetStatus(ActivityStatusCode.Error, thrown.Message).AddException(thrown);
            throw;
        }
    }

    private static Activity? Describe(Activity? span, SessionDriver session) => span?.SetTag("network.peer.address", session.Transport.RemoteEndPoint?.ToString());
}
