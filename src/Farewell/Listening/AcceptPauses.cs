using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Farewell.Listening;

/// <summary>Whether accepting pauses; told once at its begin and once at its end.</summary>
internal sealed partial class AcceptPauses(AcceptorOptions options, TimeProvider time, ILogger logger)
{
    private SocketError? _cause;
    private long _since;

    public bool IsPaused => _cause is not null;

    public void Begin(SocketError cause)
    {
        if (_cause is null)
        {
            (_cause, _since) = (cause, time.GetTimestamp());
            LogPaused(logger, cause);
            options.OnPause?.Invoke(new(cause, null));
        }
    }

    public void End()
    {
        if (_cause is { } cause)
        {
            _cause = null;
            var lasted = time.GetElapsedTime(_since);
            LogResumed(logger, cause, (long)lasted.TotalMilliseconds);
            options.OnPause?.Invoke(new(cause, lasted));
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning,
        Message = "Accepting pauses: {Cause}. Connections wait in the accept queue. More descriptors: ulimit -n, LimitNOFILE=, fs.file-max.")]
    private static partial void LogPaused(ILogger logger, SocketError cause);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Accepting goes on after {Milliseconds} ms of pause ({Cause}).")]
    private static partial void LogResumed(ILogger logger, SocketError cause, long milliseconds);
}
