namespace Farewell;

/// <summary>What a stop came to.</summary>
public sealed record StopReport
{
    /// <summary>Sessions open when accepting had ended, those turned away among them. They and <see cref="Drained"/> are what left, was reset or was lost.</summary>
    public required int Sessions { get; init; }

    /// <summary>Connections that still waited in the accept queue, each told to come back later.</summary>
    public required int Drained { get; init; }

    /// <summary>Sessions that ended in good order.</summary>
    public required int Left { get; init; }

    /// <summary>Sessions that were reset: their peers had not left within the grace, were dead, or violated the protocol.</summary>
    public required int Reset { get; init; }

    /// <summary>Sessions whose peer ended the connection without a word.</summary>
    public required int Lost { get; init; }

    /// <summary>Asks refused as not begun, safe for their askers to send elsewhere.</summary>
    public required long AsksRefused { get; init; }

    /// <summary>Own messages written whose handling was not confirmed.</summary>
    public required long Unconfirmed { get; init; }

    /// <summary>Own messages not sent.</summary>
    public required long NotSent { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Took { get; init; }
}

/// <summary>How a server stops.</summary>
public sealed record StopOptions
{
    /// <summary>The time its guests are given, from the beginning of the stop. Whoever is not gone a second later is reset. Default: the grace of the server's limits.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>Over how long the Dismisses are spread; at most half of the grace is used. Default 500 ms.</summary>
    public TimeSpan Spread { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether somebody else goes on with the listener, another process or the next server in this one: what waits in its queue is left to that one, and the listener stays open and is the caller's again.</summary>
    public bool HandsOver { get; init; }
}
