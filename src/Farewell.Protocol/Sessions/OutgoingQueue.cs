using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>A ring of what waits to be written, which takes memory only once something waits.</summary>
internal sealed class OutgoingQueue
{
    private Outgoing[] _items = new Outgoing[4];
    private int _head;

    public int Count { get; private set; }

    public ref readonly Outgoing Head => ref _items[_head];

    public void Enqueue(in Outgoing item)
    {
        if (Count == _items.Length)
        {
            var grown = new Outgoing[Count * 2];
            for (var i = 0; i < Count; i++)
            {
                grown[i] = At(i);
            }

            (_items, _head) = (grown, 0);
        }

        At(Count++) = item;
    }

    public Outgoing Dequeue()
    {
        var item = _items[_head];
        _items[_head] = default;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    /// <summary>Removes the items of a type (and a number, unless null), keeping the order of the rest.</summary>
    /// <returns>The cost of what was removed.</returns>
    public uint Remove(FrameType type, uint? number = null)
    {
        uint cost = 0;
        for (var left = Count; left > 0; left--)
        {
            var item = Dequeue();
            if (item.Type == type && (number is null || item.Number == number))
            {
                cost += item.Cost;
            }
            else
            {
                At(Count++) = item;
            }
        }

        return cost;
    }

    public void Clear()
    {
        Array.Clear(_items);
        (_head, Count) = (0, 0);
    }

    public OutgoingQueue Clone()
    {
        var clone = (OutgoingQueue)MemberwiseClone();
        clone._items = (Outgoing[])_items.Clone();
        return clone;
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add(Count);
        for (var i = 0; i < Count; i++)
        {
            ref var item = ref At(i);
            hash.Add((int)item.Type | (int)item.Reason << 8 | (item.Nested ? 1 << 16 : 0));
            hash.Add(item.Number | (long)item.Payload.Length << 32);
        }
    }

    private ref Outgoing At(int index) => ref _items[(_head + index) & (_items.Length - 1)];
}
