namespace Farewell.Sockets;

/// <summary>How much patience an orderly ending has with the other side.</summary>
/// <param name="Time">How long to wait for its FIN, from our own on; more than zero. At the end the connection is aborted.</param>
/// <param name="Octets">How many octets to read and discard meanwhile, 0 or more. One more and the connection is aborted.</param>
public readonly record struct DrainLimit(TimeSpan Time, long Octets)
{
    /// <summary>3 s and 1 MiB: see <c>docs/defaults.md</c>.</summary>
    public static DrainLimit Default => new(TimeSpan.FromSeconds(3), 1 << 20);

    /// <summary>
    /// Whether a drain whose time is over is left to the kernel instead of aborted: what was sent is still sent, and the other side reads all of it and then the end of the
    /// stream, however slowly. For peers to whom the FIN is a message (a body that ends with the connection).
    /// </summary>
    public bool Releases { get; init; }
}
