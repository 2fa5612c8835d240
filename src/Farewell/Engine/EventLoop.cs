using System.Runtime.Versioning;
using Farewell.Sockets;
using Farewell.Timing;

namespace Farewell.Engine;

/// <summary>
/// One thread that serves many descriptors: it waits until some are ready, gives each a bounded turn, and does what other threads have asked for. All its connections
/// receive into one buffer, so that an idle one holds none.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class EventLoop : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly Epoll _epoll = new();
    private readonly Thread _thread;
    private readonly int _threadId;
    private readonly Lock _gate = new();
    private readonly List<ILoopEntry> _behind = [];
    private ILoopEntry?[] _entries = new ILoopEntry?[64];
    private List<(ILoopEntry Entry, LoopCall Call)> _posted = [];
    private List<(ILoopEntry Entry, LoopCall Call)> _calls = [];
    private readonly List<ILoopEntry> _turn = [];
    private bool _waits;
    private volatile bool _isOver;

    /// <param name="name">The thread's name, as a debugger or <c>top -H</c> shows it.</param>
    /// <param name="wheel">Wakes its connections.</param>
    /// <param name="patience">The patience of their orderly ends.</param>
    /// <exception cref="IOException">The kernel refuses another descriptor.</exception>
    public EventLoop(string name, DeadlineWheel wheel, DrainLimit patience)
    {
        (Wheel, Patience) = (wheel, patience);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _threadId = _thread.ManagedThreadId;
        _thread.Start();
    }

    /// <summary>Wakes connections.</summary>
    public DeadlineWheel Wheel { get; }

    /// <summary>How long, and how much, an orderly end waits for the peer's.</summary>
    public DrainLimit Patience { get; }

    /// <summary>Where everybody's octets are received: valid until the entry's turn is over.</summary>
    public byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);

    /// <summary>Whether this is the loop's thread.</summary>
    public bool IsHere => Environment.CurrentManagedThreadId == _threadId;

    /// <summary>Calls an entry on the loop's thread, after what was posted before; never from within this call. From any thread.</summary>
    public void Post(ILoopEntry entry, LoopCall call)
    {
        lock (_gate)
        {
            _posted.Add((entry, call));
            if (_waits)
            {
                _waits = false;
                _epoll.Wake();
            }
        }
    }

    /// <summary>Serves a descriptor from now on. On the loop's thread.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void Serve(int descriptor, ILoopEntry entry, Readiness readiness)
    {
        if (descriptor >= _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(descriptor + 1, _entries.Length * 2));
        }

        _entries[descriptor] = entry;
        _epoll.Watch(descriptor, readiness);
    }

    /// <summary>Serves it for something else. On the loop's thread.</summary>
    public void Change(int descriptor, Readiness readiness) => _epoll.Change(descriptor, readiness);

    /// <summary>Serves a descriptor no longer that was closed, which ended the watching too; its number may be another's already. On the loop's thread.</summary>
    public void Release(int descriptor, ILoopEntry entry)
    {
        if (descriptor < _entries.Length && ReferenceEquals(_entries[descriptor], entry))
        {
            _entries[descriptor] = null;
        }
    }

    /// <summary>Serves a descriptor no longer that stays open. On the loop's thread.</summary>
    public void Forget(int descriptor, ILoopEntry entry)
    {
        _epoll.Forget(descriptor);
        Release(descriptor, entry);
    }

    /// <summary>Gives an entry another turn when every other has had its own. On the loop's thread.</summary>
    public void GoOnLater(ILoopEntry entry) => _behind.Add(entry);

    /// <summary>Ends the thread once its turn is over. Nothing may be served any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            _epoll.Wake();
        }

        if (!IsHere)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        while (!_isOver)
        {
            Serve(_epoll.Wait(MayWait() ? Timeout.Infinite : 0));
            GoOn();
            Call();
        }

        lock (_gate)
        {
            // Whoever posts later wakes nobody.
            _waits = false;
            _epoll.Dispose();
        }
    }

    /// <summary>A method of its own, so that no local of the thread's keeps the entry served last alive while it waits.</summary>
    private void Serve(int ready)
    {
        for (var i = 0; i < ready; i++)
        {
            var (descriptor, readiness) = _epoll[i];
            if ((uint)descriptor < (uint)_entries.Length)
            {
                _entries[descriptor]?.Ready(readiness);
            }
        }
    }

    private bool MayWait()
    {
        lock (_gate)
        {
            return _waits = _behind.Count == 0 && _posted.Count == 0 && !_isOver;
        }
    }

    /// <summary>Those that had more than fits into a turn. Who comes again meanwhile waits for the next round.</summary>
    private void GoOn()
    {
        if (_behind.Count == 0)
        {
            return;
        }

        _turn.AddRange(_behind);
        _behind.Clear();
        foreach (var entry in _turn)
        {
            entry.Ready(Readiness.Input);
        }

        _turn.Clear();
    }

    private void Call()
    {
        lock (_gate)
        {
            if (_posted.Count == 0)
            {
                return;
            }

            (_posted, _calls) = (_calls, _posted);
        }

        foreach (var (entry, call) in _calls)
        {
            entry.Called(call);
        }

        _calls.Clear();
    }
}
