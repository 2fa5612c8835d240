namespace Farewell.Protocol.Manners;

/// <summary>The three steps of a close, whatever the words for them.</summary>
public enum ClosingStep : byte
{
    /// <summary>None of them.</summary>
    None,

    /// <summary>Stayer to leaver: please leave.</summary>
    Dismiss,

    /// <summary>Leaver to stayer: nothing more will come.</summary>
    Done,

    /// <summary>Stayer to leaver: my last word.</summary>
    Goodbye,
}
