using System.Net;
using Farewell.Protocol;
using Microsoft.Extensions.Logging;

namespace Farewell.Sessions;

/// <summary>Everything that sessions log.</summary>
internal static partial class SessionLog
{
    /// <summary>One line for an ending that is not normal; a probe's is.</summary>
    public static void Ended(ILogger logger, SessionReport report)
    {
        if (report.IsOrderly || report.Cause == Cause.Probe)
        {
            return;
        }

        // What this side's own application asked for is no warning.
        var level = report.Cause == Cause.Aborted && report.Fault is null ? LogLevel.Information : LogLevel.Warning;
        if (report.What == Violation.None)
        {
            EndedBadly(logger, level, report.RemoteEndPoint, report.Cause, report.Duration.TotalSeconds, report.Messages.Unconfirmed, report.Messages.NotSent, report.AsksUnknown);
        }
        else
        {
            EndedByViolation(logger, level, report.RemoteEndPoint, report.Cause, report.What, report.Duration.TotalSeconds);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The handler of a session with {Peer} failed; the session ends, and what it had begun stays unanswered")]
    public static partial void HandlerFailed(ILogger logger, EndPoint? peer, Exception thrown);

    [LoggerMessage(2, LogLevel.Error, "A subscriber of {Event} failed; nothing else is affected")]
    public static partial void EventFailed(ILogger logger, string @event, Exception thrown);

    [LoggerMessage(3, LogLevel.Error, "The closing manner of a connection with {Peer} failed; the connection is reset")]
    public static partial void MannerFailed(ILogger logger, EndPoint? peer, Exception thrown);

    [LoggerMessage(EventId = 4, Message = "The session with {Peer} ended: {Cause}, after {Seconds:0.###} s; own messages unconfirmed {Unconfirmed}, not sent {NotSent}, own asks unknown {AsksUnknown}")]
    private static partial void EndedBadly(ILogger logger, LogLevel level, EndPoint? peer, Cause cause, double seconds, uint unconfirmed, uint notSent, int asksUnknown);

    [LoggerMessage(EventId = 5, Message = "The session with {Peer} ended: {Cause}, {What}, after {Seconds:0.###} s")]
    private static partial void EndedByViolation(ILogger logger, LogLevel level, EndPoint? peer, Cause cause, Violation what, double seconds);

    [LoggerMessage(6, LogLevel.Debug, "{Peer} sent no PROXY header: {Error}. Is it a proxy, and told to send one?")]
    public static partial void NoProxyHeader(ILogger logger, EndPoint? peer, Proxies.ProxyError error);
}
