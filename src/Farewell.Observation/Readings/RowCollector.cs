using System.Runtime.InteropServices;
using Farewell.Observation.Owners;
using Farewell.Observation.Ports;
using Farewell.Tcp;

namespace Farewell.Observation.Readings;

/// <summary>Gathers, during one pass over the table, what findings need beyond the counts: owners, CLOSE-WAITs, listeners, peers.</summary>
internal sealed class RowCollector
{
    private const int MostPeers = 16_384;

    private readonly PortTable _ports;
    private readonly SocketOwners _owners;
    private readonly OwnerMemory _memory;
    private readonly IReadOnlySet<ulong> _closeWaitBefore;
    private readonly Dictionary<(int Owner, bool Accepted, Endpoint Where), (SocketOwner? Owner, int Count, int Stayed, int EndUnread)> _closeWaits = [];
    private readonly Dictionary<Endpoint, List<Connection>> _listeners = [];
    private readonly Dictionary<(ushort Port, Endpoint Peer), int> _peers = [];
    private readonly Dictionary<(Endpoint Source, Endpoint Destination), Dictionary<int, (SocketOwner Owner, int Live, int TimeWait)>> _shares = [];

    public RowCollector(PortTable ports, SocketOwners owners, OwnerMemory memory, IReadOnlySet<ulong> closeWaitBefore)
    {
        (_ports, _owners, _memory, _closeWaitBefore) = (ports, owners, memory, closeWaitBefore);
        Visitor = Visit;
    }

    public ConnectionVisitor Visitor { get; }

    public HashSet<ulong> CloseWaitCookies { get; } = [];

    public IReadOnlyList<CloseWaitGroup> CloseWaits => [.. _closeWaits
        .Select(g => new CloseWaitGroup(g.Value.Owner, g.Key.Accepted, g.Key.Where, g.Value.Count, g.Value.Stayed, g.Value.EndUnread))
        .OrderByDescending(g => g.Count)];

    public IReadOnlyList<SharedListener> SharedListeners => [.. _listeners.Where(l => l.Value.Count > 1).Select(l => Shared(l.Key, l.Value))];

    public IReadOnlyList<ushort> ListeningPorts => [.. _listeners.Keys.Select(l => l.Port).Distinct().Order()];

    public IReadOnlyDictionary<ushort, IReadOnlyList<SocketOwner>> ListenerOwners => _listeners.GroupBy(l => l.Key.Port).ToDictionary(
        port => port.Key,
        port => (IReadOnlyList<SocketOwner>)[.. port.SelectMany(l => l.Value).Select(row => _owners[row.Inode ?? 0]).OfType<SocketOwner>().Distinct()]);

    public AcceptedTimeWaits AcceptedTimeWaits(IReadOnlySet<Endpoint> dialledAddresses)
    {
        if (_peers.Count == 0)
        {
            return Readings.AcceptedTimeWaits.None;
        }

        var top = _peers.MaxBy(p => p.Value);
        return new(_peers.Values.Sum(), _peers.Where(p => dialledAddresses.Contains(p.Key.Peer)).Sum(p => p.Value), top.Key.Peer, top.Value);
    }

    public IReadOnlyList<OwnerShare> OwnersOf(Endpoint source, Endpoint destination)
    {
        var users = _memory.UsersOf(destination);
        var only = users.Count == 1;
        var shares = _shares.TryGetValue((source, destination), out var found) ? found : [];
        foreach (var user in users)
        {
            shares.TryAdd(user.ProcessId, (user, 0, 0));
        }

        return [.. shares.Values.OrderByDescending(s => s.Live + s.TimeWait).Select(s => new OwnerShare(s.Owner, s.Live, s.TimeWait, only))];
    }

    private SharedListener Shared(Endpoint local, List<Connection> rows)
    {
        List<SocketOwner> owners = [.. rows.Select(row => _owners[row.Inode ?? 0]).OfType<SocketOwner>().Distinct()];
        return new(local, rows.Count, owners, [.. rows.Select(row => row.UserId).OfType<uint>().Distinct()])
        {
            AreUnrelated = owners.Select(owner => _owners.ProgramOf(owner.ProcessId)).OfType<RunningProgram>().Distinct().Count() > 1,
        };
    }

    private bool Visit(in Connection row)
    {
        switch (row.State)
        {
            case TcpState.Listen:
                ref var listening = ref CollectionsMarshal.GetValueRefOrAddDefault(_listeners, row.Tuple.Local, out _);
                (listening ??= []).Add(row);
                break;
            case TcpState.Closed:
                break;
            case TcpState.TimeWait when _ports.IsAccepted(row.Tuple):
                if (_peers.Count < MostPeers)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(_peers, (row.Tuple.Local.Port, row.Tuple.Remote.WithPort(0).Unmap()), out _)++;
                }

                break;
            case TcpState.TimeWait:
                if (_memory.Count > 0 && _memory.Of(row.Tuple) is { } held)
                {
                    Share(row.Tuple, held).TimeWait++;
                }

                break;
            default:
                VisitLive(row);
                break;
        }

        return true;
    }

    private void VisitLive(in Connection row)
    {
        var owner = row.ProcessId is { } id and > 0 ? new SocketOwner((int)id, "?", null) : _owners[row.Inode ?? 0];
        var accepted = _ports.IsAccepted(row.Tuple);
        if (owner is not null && !accepted)
        {
            _memory.Remember(row.Tuple, owner);
            Share(row.Tuple, owner).Live++;
        }

        if (row.State != TcpState.CloseWait)
        {
            return;
        }

        var stayed = row.Cookie is { } cookie && !CloseWaitCookies.Add(cookie) | _closeWaitBefore.Contains(cookie);
        var where = accepted ? default(Endpoint).WithPort(row.Tuple.Local.Port) : row.Tuple.Remote.Unmap();
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_closeWaits, (owner?.ProcessId ?? 0, accepted, where), out _);
        group = (owner, group.Count + 1, group.Stayed + (stayed ? 1 : 0), group.EndUnread + (row.ReceiveQueue > 0 ? 1 : 0));
    }

    private ref (SocketOwner Owner, int Live, int TimeWait) Share(in FourTuple tuple, SocketOwner owner)
    {
        ref var processes = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _shares, (tuple.Local.WithPort(0).Unmap(), tuple.Remote.Unmap()), out _);
        ref var share = ref CollectionsMarshal.GetValueRefOrAddDefault(processes ??= [], owner.ProcessId, out _);
        share.Owner = owner;
        return ref share;
    }
}
