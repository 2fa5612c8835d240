using System.Net;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Tcp.Endings;

namespace Farewell;

/// <summary>What became of a session, once its connection is ended.</summary>
public sealed record SessionReport
{
    /// <summary>The role of this side.</summary>
    public required Role Role { get; init; }

    /// <summary>How the session ended.</summary>
    public required Cause Cause { get; init; }

    /// <summary>Which violation, if <see cref="Cause"/> is one.</summary>
    public required Violation What { get; init; }

    /// <summary>Whether Goodbye was said and read, so that nothing is in doubt but what <see cref="Messages"/> says.</summary>
    public bool IsOrderly => Cause is Cause.Released or Cause.Left;

    /// <summary>How the TCP connection ended, as this side's socket saw it.</summary>
    public required Ending Ending { get; init; }

    /// <summary>What became of this side's messages.</summary>
    public required Tally Messages { get; init; }

    /// <summary>Own asks that ended unknown.</summary>
    public required int AsksUnknown { get; init; }

    /// <summary>Asks of the peer refused as not begun.</summary>
    public required long AsksRefused { get; init; }

    /// <summary>Messages and asks received.</summary>
    public required long Received { get; init; }

    /// <summary>From the connection's begin to its end.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The peer.</summary>
    public required EndPoint? RemoteEndPoint { get; init; }

    /// <summary>What the handler threw, or why the carrier gave up (TLS that failed), if that is why the session ended.</summary>
    public Exception? Fault { get; init; }
}
