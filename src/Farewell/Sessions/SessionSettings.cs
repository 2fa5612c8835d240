using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Protocol.Sessions;
using Farewell.Timing;
using Microsoft.Extensions.Logging;

namespace Farewell.Sessions;

/// <summary>What all sessions of one server, or of one client, have in common.</summary>
internal sealed record SessionSettings
{
    /// <summary>What runs for each message and ask, filters and all. Not for connections of another protocol.</summary>
    public MessageHandler Handler { get; init; } = static (_, _) => default;

    /// <summary>Whether an ask is begun before <see cref="Handler"/> is called, which else does it, or does not.</summary>
    public bool BeginsAtOnce { get; private init; }

    public required SessionLimits Limits { get; init; }

    public required DeadlineWheel Wheel { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Handlers running at a time in one session, beside those of nested asks.</summary>
    public int Handlers { get; init; } = 1;

    public FullQueue FullQueue { get; init; }

    public Departure Departure { get; init; } = Departure.Fin;

    /// <summary>Who chooses when the departure is auto; null where there is nothing to choose.</summary>
    public DepartureChooser? Departures { get; init; }

    /// <summary>The age at which a stayer dismisses, give or take 10 %; null is never.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Whether a stayer answers the FIN after its Goodbye with a reset, for a proxy in between.</summary>
    public bool ResetAfterGoodbye { get; init; }

    public SessionMetrics Metrics { get; init; } = SessionMetrics.Shared;

    /// <summary>Told of every session as it opens, is dismissed and ends.</summary>
    public SessionWatch Watch { get; init; } = new();

    /// <summary>When a session that begins now is old.</summary>
    public TimeSpan AgesAt(TimeSpan began) => MaxAge is { } age ? began + age * (0.9 + 0.2 * Random.Shared.NextDouble()) : TimeSpan.MaxValue;

    /// <summary>The same for what handles messages and asks, behind filters and where it is told to. Nothing lies between an ask and its handler where there is no filter and no other thread: it is begun at once.</summary>
    public SessionSettings Handling(MessageHandler handler, IReadOnlyCollection<SessionFilter>? filters = null, HandlerThread thread = HandlerThread.Reader)
    {
        filters ??= [];
        var beginsAtOnce = filters.Count == 0 && thread == HandlerThread.Reader;
        return this with { BeginsAtOnce = beginsAtOnce, Handler = On(thread, Chain(filters, beginsAtOnce ? handler : Begin(handler))) };
    }

    /// <summary>Puts filters around a handler, the first outermost, and the span around them all.</summary>
    public static MessageHandler Chain(IEnumerable<SessionFilter> filters, MessageHandler handler) =>
        Tracing.Around(filters.Reverse().Aggregate(handler, static (next, filter) => filter(next)));

    /// <summary>A handler that begins where it is told to.</summary>
    private static MessageHandler On(HandlerThread thread, MessageHandler handler) => thread == HandlerThread.Reader
        ? handler
        : (session, message) => new ValueTask(Task.Run(() => handler(session, message).AsTask()));

    /// <summary>A handler that begins what it is given; an ask that is not in hand any more is left.</summary>
    private static MessageHandler Begin(MessageHandler handler) => (session, message) => session.Begin(message) ? handler(session, message) : default;
}

/// <summary>Who wants to know what becomes of sessions: the server's registry, metrics, the application's events.</summary>
internal class SessionWatch
{
    public virtual void Opened(Driver session)
    {
    }

    public virtual void Dismissed(Driver session)
    {
    }

    public virtual void Ended(Driver session, SessionReport report)
    {
    }
}
