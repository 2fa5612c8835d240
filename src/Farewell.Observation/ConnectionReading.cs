namespace Farewell.Observation;

/// <summary>What one pass over the connection table gave.</summary>
/// <param name="Rows">How many rows were visited.</param>
/// <param name="Interrupted">Whether the kernel said that the table changed under the pass so that rows may be missing or doubled.</param>
public readonly record struct ConnectionReading(int Rows, bool Interrupted);
