namespace Farewell.AspNetCore;

/// <summary>How Kestrel's accepted connections end: <c>docs/kestrel.md</c>. Every default's reason stands in <c>docs/defaults.md</c>.</summary>
public sealed class FarewellHttpOptions
{
    /// <summary>
    /// How long a client that was told to leave may take, from the last octet it acknowledged; every acknowledgement that makes progress starts it anew. 10 ms to 10 minutes, 3 s by default.
    /// </summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>What ends the connection of a client that was told and stayed. A FIN by default.</summary>
    public HttpServerEnding AfterGrace { get; set; }

    /// <summary>
    /// What ends the idle connection of a client that was not told, has acknowledged everything and was silent: for the whole keep-alive limit, or at a stop for <see cref="StopSilence"/>.
    /// An unheld FIN by default.
    /// </summary>
    public HttpServerEnding WhenSilent { get; set; } = HttpServerEnding.UnheldFin;

    /// <summary>For how long a client must have been silent at a stop for <see cref="WhenSilent"/>; those that spoke later get a FIN. 0 to 10 minutes, 3 s by default.</summary>
    public TimeSpan StopSilence { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a stop may keep an idle HTTP/1.1 connection that spoke within <see cref="StopSilence"/>: a request that comes meanwhile is answered, with
    /// <c>Connection: close</c>, where it would otherwise meet a closing connection. Delays the stop by as much at most. 0 to 10 minutes; 0 by default: idle connections end at once, as Kestrel does.
    /// </summary>
    public TimeSpan StopPatience { get; set; }

    /// <summary>Who closes a WebSocket's connection. The server by default.</summary>
    public WebSocketEnding WebSockets { get; set; }

    /// <summary>
    /// Whether responses on persistent HTTP/1.1 connections tell <c>Keep-Alive: timeout=</c>, less than Kestrel's own limit, so that pools that heed it leave first. A value that the application
    /// sets stands. Yes by default.
    /// </summary>
    public bool AnnounceKeepAlive { get; set; } = true;

    /// <summary>How many octets are read and discarded from a client that was told to leave, the rest of an upload for example. 0 or more, 16 MiB by default.</summary>
    public long DiscardLimit { get; set; } = 16 * 1024 * 1024;

    /// <summary>How many connections may wait for their clients to leave; beyond it a FIN ends them at once. 0 or more, 10,000 by default.</summary>
    public int MaxLingering { get; set; } = 10_000;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;
}
