using System.Runtime.InteropServices;
using Farewell.Tcp;

namespace Farewell.Captures.Tracking;

/// <summary>Sorts packets into connections and feeds each connection's judge. Not safe for concurrent use.</summary>
/// <remarks>
/// <para>A four-tuple may carry one connection after another. A SYN with an initial number that the current connection does not know begins
/// a new one at once if the current one was reset, has a FIN each way, or was never answered. While it seems to live, such a SYN
/// begins a new one only when the other side accepts it (SYN-ACK) or refuses it (RST) by its number: a living connection answers with a
/// challenge ACK instead and goes on. After a single FIN, the SYN sent again without any answer in between counts too: nobody is left to
/// challenge
/// it.</para>
/// <para>A SYN that began a connection only by its answer is counted with both, as it arrived at the old one; it is evidence in the new one
/// only.</para>
/// </remarks>
public sealed class ConnectionTracker
{
    private readonly Dictionary<FourTuple, TrackedConnection> _current = new(new TupleComparer());
    private readonly List<TrackedConnection> _connections = [];
    private readonly LocalSideRule _localSide;
    private readonly int _keepSegments;

    /// <summary>A tracker that has seen nothing.</summary>
    /// <param name="localSide">Which side is local; the packets decide when null (see <see cref="LocalSide.ByFirstPacket"/>).</param>
    /// <param name="keepSegments">How many of each connection's first segments to keep for
    /// <see cref="TrackedConnection.Segments"/>.</param>
    public ConnectionTracker(LocalSideRule? localSide = null, int keepSegments = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keepSegments);
        (_localSide, _keepSegments) = (localSide ?? LocalSide.ByFirstPacket, keepSegments);
    }

    /// <summary>Every connection tracked and not taken, in the order of their first packets' arrival here.</summary>
    public IReadOnlyList<TrackedConnection> Connections => _connections;

    /// <summary>Takes the next packet.</summary>
    /// <param name="at">When it was captured, from any fixed origin.</param>
    /// <param name="packet">The packet.</param>
    /// <returns>The connection that it belongs to.</returns>
    public TrackedConnection Observe(TimeSpan at, in TcpPacket packet)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_current, packet.Tuple, out var exists);
        if (!exists)
        {
            slot = Begin(at, packet, incarnation: 1);
        }
        else if (packet.Segment.IsSyn || slot!.Life.Awaiting is not null)
        {
            slot = Succeed(slot!, at, packet);
        }

        var connection = slot!;
        connection.Take(at, connection.SideOf(packet.Tuple.Local), packet.Segment);
        return connection;
    }

    /// <summary>
    /// Removes the connections that <paramref name="isDone"/> accepts and returns them, so that a tracker can run for ever. A packet that
    /// still comes for one of them begins a connection without a beginning.
    /// </summary>
    public IReadOnlyList<TrackedConnection> Take(Predicate<TrackedConnection> isDone)
    {
        ArgumentNullException.ThrowIfNull(isDone);
        var taken = new List<TrackedConnection>();
        _connections.RemoveAll(connection =>
        {
            var done = isDone(connection);
            if (done)
            {
                taken.Add(connection);
            }

            return done;
        });
        foreach (var connection in taken)
        {
            if (_current.TryGetValue(connection.Tuple, out var current) && ReferenceEquals(current, connection))
            {
                _current.Remove(connection.Tuple);
            }
        }

        return taken;
    }

    private TrackedConnection Begin(TimeSpan at, in TcpPacket packet, int incarnation)
    {
        var byPacket = !packet.Segment.IsSyn || !packet.Segment.IsAck;
        var tuple = _localSide(packet.Tuple) ?? byPacket ? packet.Tuple : packet.Tuple.Swap();
        var connection = new TrackedConnection(tuple, incarnation, at, _keepSegments);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>The connection that a packet belongs to, given the one that its four-tuple carried until now.</summary>
    private TrackedConnection Succeed(TrackedConnection current, TimeSpan at, in TcpPacket packet)
    {
        var from = current.SideOf(packet.Tuple.Local);
        var segment = packet.Segment;
        if (current.Life.Awaiting is { } awaiting)
        {
            if (awaiting.IsAnsweredBy(from, segment))
            {
                var opened = packet with { Tuple = packet.Tuple.Swap(), Segment = awaiting.Segment };
                var next = Replace(current, awaiting.At, awaiting.From, opened);
                next.Take(awaiting.At, next.SideOf(opened.Tuple.Local), awaiting.Segment);
                return next;
            }

            var again = from == awaiting.From && segment.IsSyn && segment.Sequence == awaiting.Segment.Sequence;
            if (again && current.Life.IsHalfClosed && current.LastSeen == awaiting.At)
            {
                return Replace(current, at, from, packet);
            }
        }

        if (!segment.IsSyn || segment.IsReset)
        {
            return current;
        }

        if (segment.IsAck)
        {
            // The SYN that this answers was not captured.
            var foreign = current.Life.HasEnded && current.Life.IsForeign(from, segment)
                && !current.Life.IsInitial(from.Other(), segment.Acknowledgement - 1);
            return foreign ? Replace(current, at, from.Other(), packet) : current;
        }

        if (!current.Life.IsForeign(from, segment))
        {
            return current;
        }

        if (current.Life.HasEnded || !current.Life.WasAnswered)
        {
            return Replace(current, at, from, packet);
        }

        current.Life.Awaiting = new SynAwaitingAnswer(at, from, segment);
        return current;
    }

    private TrackedConnection Replace(TrackedConnection current, TimeSpan at, Side by, in TcpPacket opening)
    {
        current.Life.Awaiting = null;
        current.Reopen(at, by);
        return Begin(at, opening, current.Incarnation + 1);
    }
}
