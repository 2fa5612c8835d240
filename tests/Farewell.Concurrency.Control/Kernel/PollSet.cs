namespace Farewell.Concurrency.Control;

/// <summary>What can be waited for: poll(2), epoll_ctl(2).</summary>
[Flags]
internal enum Poll : uint
{
    None = 0,
    In = 0x1,
    Out = 0x4,
    Error = 0x8,
    HangUp = 0x10,
    ReadHangUp = 0x2000,
    Edge = 1u << 31,
}

/// <summary>What an epoll instance can watch.</summary>
internal interface IPollable
{
    /// <summary>Something became ready.</summary>
    event Action<Poll>? Changed;

    /// <summary>What is ready now.</summary>
    Poll Ready { get; }

    /// <summary>Somebody was told what is ready, and that the rest is not.</summary>
    void NoteTold()
    {
    }
}

/// <summary>An eventfd that nobody reads: each write is one more change.</summary>
internal sealed class EventCounter : IPollable
{
    private bool _isSet;

    public event Action<Poll>? Changed;

    public Poll Ready => Poll.Out | (_isSet ? Poll.In : Poll.None);

    public void Write()
    {
        _isSet = true;
        Changed?.Invoke(Poll.In);
    }
}

/// <summary>An epoll instance (fs/eventpoll.c): watched for edges, a change is told once, with all that is ready then; else as long as it is ready.</summary>
internal sealed class PollSet
{
    private const Poll Always = Poll.Error | Poll.HangUp;

    private readonly List<Watch> _watches = [];

    /// <summary>Whether something would be told.</summary>
    public bool HasReady => _watches.Exists(watch => watch.IsTold);

    public bool Watches(int descriptor, IPollable what) => _watches.Exists(watch => watch.Is(descriptor, what));

    public void Add(int descriptor, IPollable what, Poll interest, ulong data) => _watches.Add(new Watch(descriptor, what, interest, data));

    public bool Change(int descriptor, IPollable what, Poll interest)
    {
        var watch = _watches.Find(watch => watch.Is(descriptor, what));
        watch?.Change(interest);
        return watch is not null;
    }

    public bool Remove(int descriptor, IPollable what)
    {
        var watch = _watches.Find(watch => watch.Is(descriptor, what));
        return watch is not null && Remove(watch);
    }

    /// <summary>What was watched is closed, whatever its numbers were.</summary>
    public void Forget(IPollable what)
    {
        foreach (var watch in _watches.Where(watch => watch.What == what).ToList())
        {
            Remove(watch);
        }
    }

    /// <summary>What is ready, in an order of its own.</summary>
    public List<(Poll Ready, ulong Data)> Take(int atMost, Random random)
    {
        var told = new List<(Poll, ulong)>();
        var ready = _watches.Where(watch => watch.IsTold).ToArray();
        random.Shuffle(ready);
        foreach (var watch in ready.Take(atMost))
        {
            told.Add((watch.Take(), watch.Data));
        }

        return told;
    }

    private bool Remove(Watch watch)
    {
        watch.Dispose();
        return _watches.Remove(watch);
    }

    private sealed class Watch : IDisposable
    {
        private readonly int _descriptor;
        private Poll _interest;
        private bool _hasChanged;

        public Watch(int descriptor, IPollable what, Poll interest, ulong data)
        {
            (_descriptor, What, Data) = (descriptor, what, data);
            what.Changed += Note;
            Change(interest);
        }

        public IPollable What { get; }

        public ulong Data { get; }

        public bool IsTold => (_hasChanged || (_interest & Poll.Edge) == 0) && Told != Poll.None;

        private Poll Told => What.Ready & (_interest | Always);

        public bool Is(int descriptor, IPollable what) => _descriptor == descriptor && What == what;

        public void Change(Poll interest) => (_interest, _hasChanged) = (interest, true);

        public Poll Take()
        {
            (_hasChanged, var told) = (false, Told);
            What.NoteTold();
            return told;
        }

        public void Dispose() => What.Changed -= Note;

        private void Note(Poll what) => _hasChanged |= (what & (_interest | Always)) != 0;
    }
}
