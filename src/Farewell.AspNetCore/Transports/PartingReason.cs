namespace Farewell.AspNetCore.Transports;

/// <summary>Why a connection ends as it does. The names are values of metrics: <c>docs/kestrel.md</c>.</summary>
internal enum PartingReason : byte
{
    /// <summary>The client left by itself.</summary>
    Left,

    /// <summary>The client reset the connection, or could not be reached any more.</summary>
    Lost,

    /// <summary>Kestrel or the application aborted it.</summary>
    Aborted,

    /// <summary>Over the limit of connections: nobody read or wrote on it.</summary>
    Rejected,

    /// <summary>The client was told to leave.</summary>
    Told,

    /// <summary>It was told, and had not left when the grace was over.</summary>
    GraceExpired,

    /// <summary>It was told, and sent more than is discarded.</summary>
    DiscardLimit,

    /// <summary>It was told, but too many others lingered.</summary>
    Crowded,

    /// <summary>Idle, not told, everything acknowledged and long silent.</summary>
    Silent,

    /// <summary>Idle and not told, but not silent for long enough, or not everything acknowledged.</summary>
    Untold,

    /// <summary>The end of the connection is a message: HTTP/1.0, a body without framing, another protocol, failed TLS.</summary>
    Message,

    /// <summary>A WebSocket whose close frames were both exchanged.</summary>
    WebSocket,
}
