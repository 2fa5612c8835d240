using Farewell.Tcp;

namespace Farewell.Observation.Owners;

/// <summary>
/// Remembers who held which connection, since the kernel forgets: a TIME-WAIT has no inode. Feed it every reading; it answers for tuples whose
/// process it saw while they lived. Bounded: the oldest are forgotten first.
/// </summary>
/// <param name="capacity">How many tuples to remember, 65,536 by default, some 100 octets each.</param>
public sealed class OwnerMemory(int capacity = OwnerMemory.DefaultCapacity)
{
    /// <summary>How many tuples are remembered unless told otherwise: 65,536.</summary>
    public const int DefaultCapacity = 65_536;

    private readonly Dictionary<FourTuple, SocketOwner> _byTuple = [];
    private readonly Queue<FourTuple> _oldest = [];
    private readonly Dictionary<Endpoint, Dictionary<int, SocketOwner>> _dialledBy = [];

    /// <summary>How many tuples are remembered.</summary>
    public int Count => _byTuple.Count;

    /// <summary>Notes that a process holds a connection.</summary>
    public void Remember(in FourTuple tuple, SocketOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (_byTuple.TryAdd(tuple, owner))
        {
            _oldest.Enqueue(tuple);
            if (_oldest.Count > capacity)
            {
                _byTuple.Remove(_oldest.Dequeue());
            }
        }
        else
        {
            _byTuple[tuple] = owner; // the kernel gave the tuple to another connection
        }

        var destination = tuple.Remote.Unmap();
        if (!_dialledBy.TryGetValue(destination, out var processes))
        {
            if (_dialledBy.Count >= capacity)
            {
                return;
            }

            _dialledBy[destination] = processes = [];
        }

        processes[owner.ProcessId] = owner;
    }

    /// <summary>Who held the connection when it was last seen alive; null when nobody was seen.</summary>
    public SocketOwner? Of(in FourTuple tuple) => _byTuple.GetValueOrDefault(tuple);

    /// <summary>Every process that was seen with a connection to a remote endpoint.</summary>
    public IReadOnlyCollection<SocketOwner> UsersOf(Endpoint destination) =>
        _dialledBy.TryGetValue(destination.Unmap(), out var processes) ? processes.Values : [];
}
