using Farewell.Tcp;

namespace Farewell.Observation.Owners;

/// <summary>
/// Remembers who held which connection, since the kernel forgets: a TIME-WAIT has no inode. Feed it every reading; it answers for tuples whose
/// process it saw while they lived. Bounded in every direction: the oldest are forgotten first.
/// </summary>
/// <param name="capacity">How many tuples, and destinations, to remember; 65,536 by default, some 100 octets each.</param>
public sealed class OwnerMemory(int capacity = OwnerMemory.DefaultCapacity)
{
    /// <summary>How many tuples are remembered unless told otherwise: 65,536.</summary>
    public const int DefaultCapacity = 65_536;

    /// <summary>How many processes are remembered for a destination, the last seen: 16. A shell script that dials has a new one each time.</summary>
    public const int MostUsers = 16;

    private readonly Dictionary<FourTuple, SocketOwner> _byTuple = [];
    private readonly Queue<FourTuple> _oldest = [];
    private readonly Dictionary<Endpoint, Users> _dialledBy = [];
    private readonly Queue<Endpoint> _oldestDestination = [];

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
        if (!_dialledBy.TryGetValue(destination, out var users))
        {
            ForgetOneOf(capacity);
            _dialledBy[destination] = users = new();
            _oldestDestination.Enqueue(destination);
        }

        users.SeenAgain = users.Last.Count > 0;
        users.Last.RemoveAll(user => user.ProcessId == owner.ProcessId);
        users.Last.Add(owner);
        if (users.Last.Count > MostUsers)
        {
            users.Last.RemoveAt(0);
        }
    }

    /// <summary>Who held the connection when it was last seen alive; null when nobody was seen.</summary>
    public SocketOwner? Of(in FourTuple tuple) => _byTuple.GetValueOrDefault(tuple);

    /// <summary>The processes last seen with a connection to a remote endpoint, at most <see cref="MostUsers"/>.</summary>
    public IReadOnlyCollection<SocketOwner> UsersOf(Endpoint destination) =>
        _dialledBy.TryGetValue(destination.Unmap(), out var users) ? users.Last : [];

    // The destination longest not seen, nearly: each that was seen since its turn came last gets another turn.
    private void ForgetOneOf(int most)
    {
        while (_oldestDestination.Count >= most)
        {
            var destination = _oldestDestination.Dequeue();
            if (_dialledBy[destination].SeenAgain)
            {
                _dialledBy[destination].SeenAgain = false;
                _oldestDestination.Enqueue(destination);
            }
            else
            {
                _dialledBy.Remove(destination);
            }
        }
    }

    private sealed class Users
    {
        public List<SocketOwner> Last { get; } = [];

        public bool SeenAgain { get; set; }
    }
}
