namespace Farewell.AspNetCore.Transports;

/// <summary>The way a connection's last step is taken.</summary>
internal enum PartingWay : byte
{
    /// <summary>The client's FIN is here: close.</summary>
    Passive,

    /// <summary>The connection is lost: let it go.</summary>
    LetGo,

    /// <summary>It was reset already.</summary>
    Over,

    /// <summary>A FIN at once, and then the client's.</summary>
    Fin,

    /// <summary>An unheld FIN at once; a reset where the kernel has none.</summary>
    Reject,

    /// <summary>An unheld FIN at once; a FIN where the kernel has none.</summary>
    UnheldFin,

    /// <summary><see cref="FarewellHttpOptions.WhenSilent"/>, at once.</summary>
    WhenSilent,

    /// <summary>The client is given time to close first.</summary>
    Await,
}

/// <summary>What the last step of a connection is, and why.</summary>
internal readonly record struct PartingChoice(PartingWay Way, PartingReason Reason)
{
    // A close frame has 127 octets at most (RFC 6455 section 5.5), in a record of TLS some 40 more.
    private const int MostOfACloseFrame = 256;

    /// <summary>Decides. Pure: the table of <c>docs/kestrel.md</c>.</summary>
    public static PartingChoice Of(in PartingFacts facts, FarewellHttpOptions options, TimeSpan keepAliveTimeout) => facts switch
    {
        { IsLost: true } => new(PartingWay.LetGo, PartingReason.Lost),
        { IsAborted: true } => new(PartingWay.Over, PartingReason.Aborted),
        { HasLeft: true } => new(PartingWay.Passive, PartingReason.Left),
        { IsTouched: false } => new(PartingWay.Reject, PartingReason.Rejected),
        { Word: LastWord.WebSocketClosed } when options.WebSockets == WebSocketEnding.ClientFirst => new(PartingWay.Await, PartingReason.WebSocket),

        // A client that closed first may still have messages to come before our own close frame.
        { Word: LastWord.WebSocketClosed, Unacknowledged: > MostOfACloseFrame } => new(PartingWay.Fin, PartingReason.WebSocket),
        { Word: LastWord.WebSocketClosed } => new(PartingWay.UnheldFin, PartingReason.WebSocket),
        { Word: LastWord.Http2 } => new(PartingWay.Await, PartingReason.Told),
        { Word: LastWord.Upgraded or LastWord.EndsWithConnection or LastWord.Working } => new(PartingWay.Fin, PartingReason.Message),
        { Word: LastWord.Close } => new(PartingWay.Await, PartingReason.Told),
        { IsHttp: false } => new(PartingWay.Fin, PartingReason.Message),
        _ when IsSilent(facts, facts.IsStopping && options.StopSilence < keepAliveTimeout ? options.StopSilence : keepAliveTimeout) => new(PartingWay.WhenSilent, PartingReason.Silent),
        _ => new(PartingWay.Fin, PartingReason.Untold),
    };

    // What was acknowledged just now lies unread, as the end of a long download does, whenever the client spoke last. Half: the last response is acknowledged a delayed ACK later than Kestrel's
    // clock begins.
    private static bool IsSilent(in PartingFacts facts, TimeSpan limit) => facts is { Unacknowledged: 0 } && facts.Silence >= limit && facts.AcknowledgedFor >= limit / 2;
}

/// <summary>What is known of a connection when its work is over.</summary>
internal readonly record struct PartingFacts
{
    /// <summary>Kestrel or the application has reset it.</summary>
    public bool IsAborted { get; init; }

    /// <summary>The client has, or the network.</summary>
    public bool IsLost { get; init; }

    /// <summary>The client's FIN is here.</summary>
    public bool HasLeft { get; init; }

    /// <summary>Somebody has asked for its octets. Nobody does of a connection over the limit.</summary>
    public bool IsTouched { get; init; }

    /// <summary>It is HTTP, as far as can be known, or nothing was ever written on it.</summary>
    public bool IsHttp { get; init; }

    /// <summary>The server, or somebody in it, has asked the connection to wind down.</summary>
    public bool IsStopping { get; init; }

    /// <summary>What HTTP said last.</summary>
    public LastWord Word { get; init; }

    /// <summary>How long ago the client's last octet came, or the connection began.</summary>
    public TimeSpan Silence { get; init; }

    /// <summary>Octets written and not acknowledged; many where the kernel does not tell.</summary>
    public long Unacknowledged { get; init; }

    /// <summary>How long ago the last acknowledgement came.</summary>
    public TimeSpan AcknowledgedFor { get; init; }
}
