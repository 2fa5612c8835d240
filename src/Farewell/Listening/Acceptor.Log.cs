using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Farewell.Listening;

public sealed partial class Acceptor
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning,
        Message = "Accepting pauses: {Cause}. Connections wait in the accept queue. More descriptors: ulimit -n, LimitNOFILE=, fs.file-max.")]
    private static partial void LogPaused(ILogger logger, SocketError cause);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Accepting goes on after {Milliseconds} ms of pause ({Cause}).")]
    private static partial void LogResumed(ILogger logger, SocketError cause, long milliseconds);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "An accepted connection was aborted: whoever was to take it threw.")]
    private static partial void LogRefused(ILogger logger, Exception thrown);
}
