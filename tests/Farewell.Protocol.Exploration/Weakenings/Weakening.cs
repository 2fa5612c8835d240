namespace Farewell.Protocol.Exploration.Weakenings;

/// <summary>A rule of the core that is not a cell of a table, taken out of its source.</summary>
/// <param name="Name">What the weakened core does wrong.</param>
/// <param name="File">The source file below <c>src/Farewell.Protocol</c>.</param>
/// <param name="Snippet">What must stand there exactly once.</param>
/// <param name="Replacement">What stands there instead.</param>
internal sealed record Weakening(string Name, string File, string Snippet, string Replacement);
