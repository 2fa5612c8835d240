using System.Net;
using Farewell.Sockets;
using Farewell.Tcp;
using Microsoft.Extensions.Logging;

namespace Farewell.Http;

/// <summary>Everything that HTTP clients log.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(20, LogLevel.Information, "A connection to {Server} was let go by a FIN and then had to be reset: {Kind} after {Seconds:0.###} s, {Octets} octets discarded, in use: {Use}")]
    public static partial void Forced(ILogger logger, Endpoint server, SocketEndKind kind, double seconds, long octets, HttpUse use);

    [LoggerMessage(21, LogLevel.Information, "The connections to {Server} end as the ConnectCallback set before UseFarewell made them: its stream is {Stream}, not a NetworkStream over TCP")]
    public static partial void PassedThrough(ILogger logger, EndPoint server, string stream);

    [LoggerMessage(22, LogLevel.Error, "OnEnded failed; nothing else is affected")]
    public static partial void ToldInVain(ILogger logger, Exception thrown);

    [LoggerMessage(23, LogLevel.Error, "A connection to {Server} could not be ended as chosen and was reset")]
    public static partial void Failed(ILogger logger, Endpoint server, Exception thrown);
}
