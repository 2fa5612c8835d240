using System.Runtime.Versioning;

namespace Farewell.Sockets;

/// <summary>
/// An orderly ending under way on a raw descriptor: our FIN is sent, the other side's is awaited. A value that an event loop keeps, between
/// <see cref="EndSocket.BeginOrderly"/> and the <see cref="EndSocket.ContinueOrderly"/> that ends it.
/// </summary>
[SupportedOSPlatform("linux")]
public struct OrderlyDrain
{
    /// <summary>The descriptor. It belongs to the drain until the end.</summary>
    public int Descriptor { get; internal init; }

    /// <summary>When to call <see cref="EndSocket.ContinueOrderly"/> at the latest, in the caller's unit of time.</summary>
    public long Deadline { get; internal init; }

    /// <summary>Octets read and discarded so far.</summary>
    public long Discarded { get; internal set; }

    internal long Octets { get; init; }

    internal bool PeerFirst { get; init; }

    internal bool FinSent { get; init; }
}
