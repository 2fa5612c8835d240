namespace Farewell.AspNetCore;

/// <summary>The last thing that HTTP said on a connection, as far as its ending is concerned.</summary>
internal enum LastWord : byte
{
    /// <summary>No response yet.</summary>
    None,

    /// <summary>A request is being answered.</summary>
    Working,

    /// <summary>A response after which the connection persists.</summary>
    Persist,

    /// <summary>A whole response with <c>Connection: close</c>: the client has been told to leave.</summary>
    Close,

    /// <summary>A response that ends with the connection: HTTP/1.0, no framing, or cut off by an error.</summary>
    EndsWithConnection,

    /// <summary>HTTP/2, whose GOAWAY tells the client to leave.</summary>
    Http2,

    /// <summary>The connection is another protocol's (101), whose end it is.</summary>
    Upgraded,

    /// <summary>A WebSocket of which both close frames were seen.</summary>
    WebSocketClosed,
}
