using Farewell.Tcp;

namespace Farewell.Captures.Tracking;

/// <summary>
/// Says whether the sender of a connection's first packet is its local side: true, false, or null to leave it to the packets. It is given
/// the packet's tuple, sender to receiver.
/// </summary>
public delegate bool? LocalSideRule(FourTuple senderToReceiver);

/// <summary>Rules for which side of a tracked connection is <see cref="Side.Local"/>.</summary>
public static class LocalSide
{
    /// <summary>
    /// The packets alone decide: the sender of the first SYN is local (the receiver, if the first packet seen is a SYN-ACK), else the
    /// sender of the first segment seen.
    /// </summary>
    public static LocalSideRule ByFirstPacket { get; } = static _ => null;

    /// <summary>The side that talks to one of these ports is local: the client. Connections with none or both of their ports among them are
    /// left to the packets.</summary>
    public static LocalSideRule ByServerPort(params IEnumerable<ushort> ports)
    {
        var servers = ports.ToHashSet();
        return tuple => (servers.Contains(tuple.Local.Port), servers.Contains(tuple.Remote.Port)) switch
        {
            (false, true) => true,
            (true, false) => false,
            _ => null,
        };
    }
}
