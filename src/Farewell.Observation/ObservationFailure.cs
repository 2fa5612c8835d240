namespace Farewell.Observation;

/// <summary>Why something could not be observed.</summary>
public enum ObservationFailure
{
    /// <summary>The kernel refused for lack of a privilege; the remedy says which.</summary>
    NotPermitted,

    /// <summary>This kernel or platform does not offer it.</summary>
    Unsupported,

    /// <summary>What was asked about does not exist (any more).</summary>
    NotFound,

    /// <summary>The kernel's answer was cut short or made no sense.</summary>
    Malformed,

    /// <summary>The kernel failed: out of memory, out of time, at a limit.</summary>
    Failed,
}
