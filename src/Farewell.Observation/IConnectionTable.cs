namespace Farewell.Observation;

/// <summary>Takes one row of the connection table.</summary>
/// <param name="connection">The row; valid during the call, copy it to keep it.</param>
/// <returns>True to go on, false to stop the pass.</returns>
public delegate bool ConnectionVisitor(in Connection connection);

/// <summary>This machine's TCP connections. Not safe for use by several threads at once.</summary>
/// <remarks>
/// A pass is no snapshot: connections come and go while it lasts, and one that changes its state may be met twice or not at all.
/// </remarks>
public interface IConnectionTable : IDisposable
{
    /// <summary>Where the rows come from: <c>sock_diag</c> or <c>IPGlobalProperties</c>.</summary>
    string Source { get; }

    /// <summary>What this source cannot tell and why; null when it tells everything a <see cref="Connection"/> has.</summary>
    string? Missing { get; }

    /// <summary>Visits every connection that the filter admits, IPv4 and IPv6, in no order.</summary>
    /// <exception cref="ObservationException">The kernel refused, or its answer made no sense.</exception>
    /// <exception cref="InvalidOperationException">Called from within <paramref name="visitor"/>.</exception>
    ConnectionReading Read(ConnectionFilter filter, ConnectionVisitor visitor);
}
