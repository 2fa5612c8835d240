using System.Net.Sockets;

namespace Farewell.Listening;

/// <summary>What to do about a failed accept; also for an event loop that accepts by itself.</summary>
public enum AcceptFailure : byte
{
    /// <summary>That one connection was lost before it was accepted: accept the next.</summary>
    Next,

    /// <summary>The process or the machine is out of descriptors or memory: pause, or the loop spins.</summary>
    Pause,

    /// <summary>The listener itself is at fault.</summary>
    Fatal,
}

/// <summary>Sorts the errors of accept.</summary>
public static class AcceptFailures
{
    /// <summary>
    /// As accept(2) advises: an error of the new connection, which Linux reports through accept, concerns nobody else. An unknown error pauses, which is
    /// harmless.
    /// </summary>
    public static AcceptFailure Of(SocketError error) => error switch
    {
        SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.NetworkDown or SocketError.NetworkUnreachable
            or SocketError.HostDown or SocketError.HostUnreachable or SocketError.TimedOut or SocketError.ProtocolOption
            or SocketError.AccessDenied or SocketError.Interrupted => AcceptFailure.Next,
        SocketError.NotSocket or SocketError.InvalidArgument or SocketError.OperationNotSupported or SocketError.Fault
            or SocketError.OperationAborted or SocketError.NotInitialized => AcceptFailure.Fatal,
        _ => AcceptFailure.Pause,
    };
}
