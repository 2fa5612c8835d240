namespace Farewell.Observation.Findings;

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing has to be done.</summary>
    Info,

    /// <summary>Something will fail, or works worse than it should.</summary>
    Warning,

    /// <summary>Connections fail now.</summary>
    Critical,
}

/// <summary>Something that this machine's reading shows, with what follows from it.</summary>
/// <param name="Id">One of <see cref="FindingCatalog"/>; a page of that name explains it.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Title">One line, with the figures that matter.</param>
/// <param name="Evidence">Figures by name, units in the names: whole numbers, fractions, texts.</param>
/// <param name="Cause">What leads to it.</param>
/// <param name="Remedy">What to change: code before settings, and settings as the exact command.</param>
/// <param name="Effect">What the remedy would change, computed.</param>
public sealed record Finding(
    string Id, Severity Severity, string Title, IReadOnlyDictionary<string, object> Evidence, string Cause, string Remedy, string Effect);
