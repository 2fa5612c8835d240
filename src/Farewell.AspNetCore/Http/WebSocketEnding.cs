namespace Farewell.AspNetCore;

/// <summary>Who closes the TCP connection of a WebSocket once both close frames are exchanged.</summary>
public enum WebSocketEnding
{
    /// <summary>The server, at once, as RFC 6455 section 7.1.1 asks, by an unheld FIN: clean in a browser, and nobody holds a TIME_WAIT.</summary>
    ServerFirst,

    /// <summary>
    /// The client, for as long as <see cref="FarewellHttpOptions.Grace"/>. Clients that follow the RFC wait for the server: Chromium for 2 s before it gives up and closes, and its
    /// <c>onclose</c> comes that much later; with a grace below that, when the grace ends.
    /// </summary>
    ClientFirst,
}
