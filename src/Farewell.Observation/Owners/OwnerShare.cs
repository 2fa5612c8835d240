namespace Farewell.Observation.Owners;

/// <summary>How many connections a process has to do with.</summary>
/// <param name="Owner">The process.</param>
/// <param name="Live">Connections it holds now.</param>
/// <param name="TimeWait">TIME-WAITs of connections that it was seen holding before: certain.</param>
/// <param name="OnlyUser">
/// Whether it is the only process that was ever seen dialling this destination, so that its other TIME-WAITs are most likely its own too.
/// </param>
public sealed record OwnerShare(SocketOwner Owner, int Live, int TimeWait, bool OnlyUser);
