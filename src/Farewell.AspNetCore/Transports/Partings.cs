using System.Diagnostics.Metrics;
using Farewell.Sockets;
using Farewell.Tcp.Endings;
using Farewell.Timing;
using Microsoft.Extensions.Logging;

namespace Farewell.AspNetCore.Transports;

/// <summary>What the last steps of all connections of a server have in common.</summary>
internal sealed partial class Partings(FarewellHttpOptions options, TimeSpan keepAliveTimeout, IMeterFactory? meters, ILogger logger)
{
    private readonly PartingMetrics _metrics = new(meters);
    private int _lingering;

    public FarewellHttpOptions Options => options;

    public TimeProvider Clock => options.Clock;

    /// <summary>Kestrel's own limit.</summary>
    public TimeSpan KeepAliveTimeout => keepAliveTimeout;

    public DeadlineWheel Wheel { get; } = new(options.Clock);

    /// <summary>Whether one more may wait for its client.</summary>
    public bool TryLinger()
    {
        if (Interlocked.Increment(ref _lingering) <= options.MaxLingering)
        {
            _metrics.Lingers(1);
            return true;
        }

        Interlocked.Decrement(ref _lingering);
        return false;
    }

    public void LingersNoMore()
    {
        Interlocked.Decrement(ref _lingering);
        _metrics.Lingers(-1);
    }

    public void Ended(AcceptedConnection connection, PartingReason reason, SocketEnd end)
    {
        _metrics.Ended(reason, EndingJudge.Judge([.. end.Evidence(Wheel.Exact)], Vantage.Library));
        if (reason is PartingReason.GraceExpired or PartingReason.DiscardLimit or PartingReason.Crowded || end.IsForced)
        {
            NotNormal(logger, connection.ConnectionId, connection.RemoteEndPoint, reason, end.Kind, end.Discarded);
        }
        else
        {
            Normal(logger, connection.ConnectionId, connection.RemoteEndPoint, reason, end.Kind);
        }
    }

    public void Failed(AcceptedConnection connection, Exception error) => Failed(logger, error, connection.ConnectionId);

    [LoggerMessage(1, LogLevel.Information, "Connection {Connection} with {Client} did not end as it should: {Reason}, {End}; {Discarded} octets discarded.")]
    private static partial void NotNormal(ILogger logger, string connection, System.Net.EndPoint? client, PartingReason reason, SocketEndKind end, long discarded);

    [LoggerMessage(2, LogLevel.Debug, "Connection {Connection} with {Client} ended: {Reason}, {End}.")]
    private static partial void Normal(ILogger logger, string connection, System.Net.EndPoint? client, PartingReason reason, SocketEndKind end);

    [LoggerMessage(3, LogLevel.Error, "Connection {Connection} could not be ended as planned and was reset.")]
    private static partial void Failed(ILogger logger, Exception error, string connection);
}
