using Farewell.Observation.Owners;
using Farewell.Tcp;

namespace Farewell.Observation.Readings;

/// <summary>Connections that one process keeps in CLOSE-WAIT: the peer has closed, the process has not.</summary>
/// <param name="Owner">The process; null when not known.</param>
/// <param name="Accepted">Whether they came in.</param>
/// <param name="Where">The local port they came in on (address all zero), or the destination dialled.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Stayed">How many were there in the reading before already.</param>
/// <param name="EndUnread">How many of them the process has not even read to the end.</param>
public sealed record CloseWaitGroup(SocketOwner? Owner, bool Accepted, Endpoint Where, int Count, int Stayed, int EndUnread);

/// <summary>Several listening sockets on one local endpoint (<c>SO_REUSEPORT</c>): the kernel deals connections out among them.</summary>
/// <param name="Local">The endpoint.</param>
/// <param name="Sockets">How many.</param>
/// <param name="Owners">The processes, as far as known.</param>
/// <param name="Users">The users, as far as known.</param>
public sealed record SharedListener(Endpoint Local, int Sockets, IReadOnlyList<SocketOwner> Owners, IReadOnlyList<uint> Users)
{
    /// <summary>Whether the processes, however alike their names, run different programs or were started by different sessions: no workers of one server.</summary>
    public bool AreUnrelated { get; init; }
}

/// <summary>TIME-WAITs on connections that came in.</summary>
/// <param name="All">How many.</param>
/// <param name="OfDialledPeers">Those of peers that this host dials too.</param>
/// <param name="TopPeer">The peer with most; all zero when there is none.</param>
/// <param name="OfTopPeer">How many it has, on one local port.</param>
public sealed record AcceptedTimeWaits(int All, int OfDialledPeers, Endpoint TopPeer, int OfTopPeer)
{
    /// <summary>None.</summary>
    public static AcceptedTimeWaits None { get; } = new(0, 0, default, 0);
}
