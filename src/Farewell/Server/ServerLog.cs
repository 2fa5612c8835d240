using System.Net;
using Microsoft.Extensions.Logging;

namespace Farewell.Server;

/// <summary>Everything that servers log.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(20, LogLevel.Information, "The server at {EndPoint} has stopped: {Report}")]
    public static partial void Stopped(ILogger logger, EndPoint endPoint, StopReport report);

    [LoggerMessage(21, LogLevel.Error, "The listener at {EndPoint} has failed: no connection is accepted any more, those that are open go on. Start the server anew")]
    public static partial void AcceptingFailed(ILogger logger, EndPoint endPoint, Exception failure);
}
