using System.Buffers;
using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>A ring of what waits to be written. The first of it may lie in memory of the session's own (<see cref="Keep"/>), the rest in the caller's.</summary>
internal sealed class OutgoingQueue
{
    private const FrameType Discarded = 0;

    private Outgoing[] _items = [];
    private int _head;
    private int _kept;

    public int Count { get; private set; }

    public ref readonly Outgoing Head => ref _items[_head];

    public void Enqueue(in Outgoing item)
    {
        if (Count == _items.Length)
        {
            Grow();
        }

        At(Count++) = item;
    }

    public Outgoing Dequeue()
    {
        var item = Shift();
        SkipDiscarded();
        return item;
    }

    /// <summary>Discards the item of a stamp, found by bisection since stamps rise; its place stays until it is the first.</summary>
    /// <returns>Its cost.</returns>
    public uint Discard(uint stamp)
    {
        var oldest = Head.Stamp;
        var (low, high) = (0, Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (At(middle).Stamp - oldest < stamp - oldest)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        ref var item = ref At(low);
        var cost = item.Cost;
        item.Release();
        item = new Outgoing(Discarded, 0, default, 0, stamp);
        SkipDiscarded();
        return cost;
    }

    /// <summary>Copies every payload into memory of the session's own.</summary>
    public void Keep()
    {
        for (; _kept < Count; _kept++)
        {
            At(_kept) = At(_kept).Keep();
        }
    }

    /// <summary>Finds the stamp of the first item of a type.</summary>
    public bool TryFind(FrameType type, out uint stamp, out uint number)
    {
        for (var i = 0; i < Count; i++)
        {
            if (At(i).Type == type)
            {
                (stamp, number) = (At(i).Stamp, At(i).Number);
                return true;
            }
        }

        (stamp, number) = (0, 0);
        return false;
    }

    /// <summary>Removes the items of a type, keeping the order of the rest.</summary>
    /// <returns>The cost of what was removed.</returns>
    public uint Remove(FrameType type)
    {
        uint cost = 0;
        var kept = _kept;
        for (int i = 0, all = Count, allKept = _kept; i < all; i++)
        {
            var item = Shift();
            if (item.Type == type || item.Type == Discarded)
            {
                item.Release();
                cost += item.Cost;
                kept -= i < allKept ? 1 : 0;
            }
            else
            {
                At(Count++) = item;
            }
        }

        _kept = kept;
        SkipDiscarded();
        return cost;
    }

    public void Clear()
    {
        while (Count > 0)
        {
            Dequeue().Release();
        }
    }

    private Outgoing Shift()
    {
        var item = _items[_head];
        _items[_head] = default;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
        _kept -= _kept > 0 ? 1 : 0;
        return item;
    }

    private void SkipDiscarded()
    {
        while (Count > 0 && _items[_head].Type == Discarded)
        {
            Shift();
        }

        if (Count == 0 && _items.Length > Spares.MostKept)
        {
            ReleaseMemory();
        }
    }

    /// <summary>The pool's arrays have powers of two for lengths, as the ring wants.</summary>
    private void Grow()
    {
        var grown = ArrayPool<Outgoing>.Shared.Rent(Math.Max(4, Count * 2));
        for (var i = 0; i < Count; i++)
        {
            grown[i] = At(i);
        }

        Array.Clear(_items);
        ReleaseMemory();
        _items = grown;
    }

    /// <summary>Gives the memory of an empty queue back.</summary>
    public void ReleaseMemory()
    {
        if (_items.Length > 0)
        {
            ArrayPool<Outgoing>.Shared.Return(_items);
            (_items, _head) = ([], 0);
        }
    }

    public OutgoingQueue Clone()
    {
        var clone = (OutgoingQueue)MemberwiseClone();
        clone._items = Array.ConvertAll(_items, static item => item.Copy());
        return clone;
    }

    public void AddTo(ref StateHash hash, uint stamp)
    {
        hash.Add(Count);
        for (var i = 0; i < Count; i++)
        {
            At(i).AddTo(ref hash, stamp);
        }
    }

    private ref Outgoing At(int index) => ref _items[(_head + index) & (_items.Length - 1)];
}
