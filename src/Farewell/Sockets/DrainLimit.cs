namespace Farewell.Sockets;

/// <summary>How much patience an orderly ending has with the other side.</summary>
/// <param name="Time">How long to wait for its FIN, from our own on; more than zero. At the end the connection is aborted.</param>
/// <param name="Octets">How many octets to read and discard meanwhile, 0 or more. One more and the connection is aborted.</param>
public readonly record struct DrainLimit(TimeSpan Time, long Octets)
{
    /// <summary>3 s and 1 MiB: see <c>docs/defaults.md</c>.</summary>
    public static DrainLimit Default => new(TimeSpan.FromSeconds(3), 1 << 20);
}
