namespace Farewell.Observation.Owners;

/// <summary>Whose socket it is.</summary>
/// <param name="ProcessId">As this process's own <c>/proc</c> names it.</param>
/// <param name="Process">The name of the program (<c>/proc/PID/comm</c>, at most 15 octets).</param>
/// <param name="Unit">The systemd unit, container or scope it runs in, from its control group; null when it is in none.</param>
public sealed record SocketOwner(int ProcessId, string Process, string? Unit)
{
    /// <summary>Name and id as a person writes them, with the unit where there is one.</summary>
    public override string ToString() => Unit is null ? $"{Process}[{ProcessId}]" : $"{Process}[{ProcessId}] ({Unit})";
}
