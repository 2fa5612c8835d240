namespace Farewell.Observation;

/// <summary>Something could not be observed. The message names the cause and the remedy.</summary>
public sealed class ObservationException : Exception
{
    /// <summary>A failure with its cause and, where there is one, its remedy; both full sentences.</summary>
    public ObservationException(ObservationFailure failure, string cause, string? remedy = null, Exception? inner = null)
        : base(remedy is null ? cause : $"{cause} {remedy}", inner)
    {
        Failure = failure;
        Remedy = remedy;
    }

    /// <summary>What kind of failure it is.</summary>
    public ObservationFailure Failure { get; }

    /// <summary>What would help, as a sentence; null when nothing is known to.</summary>
    public string? Remedy { get; }
}
