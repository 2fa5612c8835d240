using System.Net;
using Microsoft.Extensions.Logging;

namespace Farewell.Server;

/// <summary>Everything that servers log.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(20, LogLevel.Information, "The server at {EndPoint} has stopped: {Report}")]
    public static partial void Stopped(ILogger logger, EndPoint endPoint, StopReport report);
}
