using Farewell.Lab.Running;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Witnesses;

/// <summary>What one witness says of one connection; local is the client.</summary>
/// <param name="Witness">Its name.</param>
/// <param name="Ending">Its ending.</param>
public readonly record struct Testimony(string Witness, Ending Ending);

/// <summary>What all witnesses together say of one connection; local is the client.</summary>
/// <param name="Tuple">The connection, client first.</param>
/// <param name="Testimonies">Each witness that has something to say.</param>
/// <param name="Combined">The judge's verdict on all their evidence.</param>
/// <param name="Noted">The connection as the strategy noted it; null when only packets or tables know it.</param>
public sealed record ConnectionFindings(FourTuple Tuple, IReadOnlyList<Testimony> Testimonies, Ending Combined, LabConnection? Noted = null);
