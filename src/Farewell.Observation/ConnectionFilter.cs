namespace Farewell.Observation;

/// <summary>Which connections to read. On Linux the kernel itself applies it, so that rows left out cost next to nothing.</summary>
/// <param name="States">The states wanted.</param>
/// <param name="LocalPort">Only this local port; null for any.</param>
/// <param name="RemotePort">Only this remote port; null for any.</param>
/// <param name="BoundByNumber">
/// Only sockets that named their port in <c>bind()</c>: listeners, and live connections dialled from a chosen port. A TIME-WAIT does not
/// remember it and never passes. Only Linux's <c>sock_diag</c> knows; elsewhere nothing passes.
/// </param>
public readonly record struct ConnectionFilter(
    TcpStates States, ushort? LocalPort = null, ushort? RemotePort = null, bool BoundByNumber = false)
{
    /// <summary>Everything.</summary>
    public static ConnectionFilter All => new(TcpStates.All);

    /// <summary>Whether a connection passes; what only the kernel knows (<see cref="BoundByNumber"/>) is not asked.</summary>
    public bool Admits(in Connection connection) =>
        ((int)States >> (int)connection.State & 1) == 1
        && (LocalPort is null || LocalPort == connection.Tuple.Local.Port)
        && (RemotePort is null || RemotePort == connection.Tuple.Remote.Port);
}
