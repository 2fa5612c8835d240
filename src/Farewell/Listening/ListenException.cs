using System.Net.Sockets;

namespace Farewell.Listening;

/// <summary>There is no listener to be had. The message names the cause and the remedy.</summary>
public sealed class ListenException : IOException
{
    internal ListenException(string message, SocketException? inner = null)
        : base(message, inner) => SocketErrorCode = inner?.SocketErrorCode;

    /// <summary>The socket error behind it, if there was one.</summary>
    public SocketError? SocketErrorCode { get; }
}
