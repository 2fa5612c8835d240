namespace Farewell.Protocol.Sessions;

/// <summary>
/// Own asks without reply, of one kind (nested or not), in the order in which they were made. They are written in that order too, so those written come first,
/// and tickets and numbers both rise.
/// </summary>
internal sealed class OpenAsks
{
    private OpenList<AskOut> _items = new();

    /// <summary>Asks without reply, written or not.</summary>
    public int Count => _items.Count;

    /// <summary>Asks written, at least in part.</summary>
    public int Written { get; private set; }

    /// <summary>Asks whose reply the application still wants.</summary>
    public int Wanted { get; private set; }

    public AskOut this[int index] => _items[index];

    public void Add(in AskOut ask)
    {
        _items.Add(ask);
        Wanted++;
    }

    public int IndexOfTicket(uint ticket) => _items.Find(ticket, Count, static ask => ask.Ticket);

    public int IndexOfNumber(uint number) => _items.Find(number, Written, static ask => ask.Number);

    /// <summary>The oldest ask not written goes out under a number.</summary>
    public void Write(uint number) => _items[Written++].Number = number;

    /// <summary>The application wants the reply to an ask no more.</summary>
    public void Cancel(int index)
    {
        _items[index].Cancelled = true;
        Wanted--;
    }

    public AskOut RemoveAt(int index)
    {
        var ask = _items[index];
        _items.RemoveAt(index);
        Written -= index < Written ? 1 : 0;
        Wanted -= ask.Cancelled ? 0 : 1;
        return ask;
    }

    /// <summary>Gives the memory of none back.</summary>
    public void ReleaseMemory() => _items.ReleaseMemory();

    public OpenAsks Clone()
    {
        var clone = (OpenAsks)MemberwiseClone();
        clone._items = _items.Clone();
        return clone;
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add((uint)Count | (long)Written << 32);
        for (var i = 0; i < Count; i++)
        {
            hash.Add(_items[i].Ticket | (long)_items[i].Number << 32);
            hash.Add(_items[i].Cost + (_items[i].Cancelled ? 1L << 32 : 0));
        }
    }
}
