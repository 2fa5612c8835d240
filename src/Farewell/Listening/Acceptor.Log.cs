using Microsoft.Extensions.Logging;

namespace Farewell.Listening;

public sealed partial class Acceptor
{
    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "An accepted connection was aborted: whoever was to take it threw.")]
    private static partial void LogRefused(ILogger logger, Exception thrown);
}
