namespace Farewell.Protocol;

/// <summary>Why a stayer asks its leaver to leave. Values on the wire; unknown ones count as <see cref="Application"/>.</summary>
public enum DismissReason : byte
{
    /// <summary>The stayer's process stops.</summary>
    Stop = 1,

    /// <summary>No message for the idle limit.</summary>
    Idle = 2,

    /// <summary>Too many sessions.</summary>
    Busy = 3,

    /// <summary>The session is old enough.</summary>
    Age = 4,

    /// <summary>The application said so.</summary>
    Application = 5,

    /// <summary>The leaver violated the protocol.</summary>
    Violation = 6,
}

/// <summary>Why a leaver said Done. Values on the wire; unknown ones count as <see cref="Normal"/>.</summary>
public enum DoneReason : byte
{
    /// <summary>Its application wanted to leave.</summary>
    Normal = 0,

    /// <summary>It was dismissed.</summary>
    Dismissed = 1,

    /// <summary>No message for its idle limit.</summary>
    Idle = 2,

    /// <summary>The stayer violated the protocol.</summary>
    Violation = 6,
}

/// <summary>Why an ask was not begun. Values on the wire; unknown ones count as <see cref="Declined"/>.</summary>
public enum RefusedReason : byte
{
    /// <summary>Too much in hand.</summary>
    Busy = 1,

    /// <summary>The session is ending.</summary>
    Ending = 2,

    /// <summary>The application chose not to begin.</summary>
    Declined = 3,

    /// <summary>It was cancelled before it was begun.</summary>
    Cancelled = 4,

    /// <summary>Never on the wire: it was not sent at all.</summary>
    NotSent = 255,
}
