namespace Farewell.Concurrency.Planting;

/// <summary>A race planted in the library's source.</summary>
/// <param name="Name">What the library then does wrong.</param>
/// <param name="Scenario">The scenario that must catch it.</param>
/// <param name="Edits">Where.</param>
internal sealed record Planted(string Name, string Scenario, params IReadOnlyList<Edit> Edits)
{
    /// <summary>Whether some tens of runs find it.</summary>
    public bool IsQuick { get; init; }
}

/// <summary>One place changed.</summary>
/// <param name="File">The source file below <c>src/Farewell</c>.</param>
/// <param name="Snippet">What must stand there exactly once.</param>
/// <param name="Replacement">What stands there instead.</param>
internal sealed record Edit(string File, string Snippet, string Replacement);
