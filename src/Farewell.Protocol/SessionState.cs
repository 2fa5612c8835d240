namespace Farewell.Protocol;

/// <summary>The states of both machines: <c>docs/protocol.md</c> section 6.1.</summary>
public enum SessionState : byte
{
    /// <summary>No Hello read.</summary>
    Greeting,

    /// <summary>Stayer: Dismiss said before a Hello was read.</summary>
    Declining,

    /// <summary>Hellos exchanged.</summary>
    Open,

    /// <summary>Stayer: Dismiss said, Done not read.</summary>
    Dismissing,

    /// <summary>Stayer: Done read, Goodbye not said.</summary>
    Finishing,

    /// <summary>Stayer: Goodbye said, the leaver's end awaited.</summary>
    Parting,

    /// <summary>Leaver: wants to leave, Done not said.</summary>
    Leaving,

    /// <summary>Leaver: Dismiss read, Done not said.</summary>
    Dismissed,

    /// <summary>Leaver: Done said, Goodbye awaited.</summary>
    Waiting,

    /// <summary>Leaver: Goodbye read; it may end TCP.</summary>
    Released,

    /// <summary>A violation was told; input is discarded until the reset.</summary>
    Expelling,

    /// <summary>Nothing more happens.</summary>
    Ended,
}
