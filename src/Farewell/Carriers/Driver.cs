using Farewell.Protocol;
using Farewell.Sockets;
using Farewell.Timing;

namespace Farewell.Carriers;

/// <summary>What a transport drives: the side of a connection that knows what the octets mean. Every call returns quickly and throws nothing.</summary>
internal abstract class Driver : Scheduled
{
    /// <summary>Begins to speak, if it is for this side to begin, and to receive.</summary>
    public abstract void Start();

    /// <summary>Stayer: asks the peer to leave.</summary>
    public abstract void Dismiss(DismissReason reason, TimeSpan? grace, TimeSpan? retryAfter, TimeSpan? hard);

    /// <summary>Resets the connection.</summary>
    public abstract void Abort();

    /// <summary>Octets came. They are the transport's again when the call returns. One call at a time.</summary>
    /// <returns>Whether to receive on; if not, not before <see cref="Transport.Resume"/>.</returns>
    public abstract bool Received(ReadOnlyMemory<byte> octets);

    /// <summary>The peer's FIN came; nothing is received after it.</summary>
    public abstract void EndOfStream();

    /// <summary>The connection was lost; nothing is received after it.</summary>
    public abstract void Lost(Loss how);

    /// <summary>The kernel took octets that <see cref="Transport.Send"/> had not taken at once.</summary>
    public abstract void Sent(int count);

    /// <summary>The connection is ended, as <see cref="Transport.End"/> was told or as it turned out.</summary>
    public abstract void Ended(SocketEnd end);
}

/// <summary>How a connection was lost.</summary>
internal enum Loss : byte
{
    /// <summary>Reset by the peer or the path.</summary>
    Reset,

    /// <summary>Given up by the kernel: the peer did not answer.</summary>
    TimedOut,

    /// <summary>Given up by the transport itself, <see cref="Transport.Fault"/> says why: what comes cannot be trusted.</summary>
    Broken,
}
