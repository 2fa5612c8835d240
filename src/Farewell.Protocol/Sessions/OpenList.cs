using System.Buffers;

namespace Farewell.Protocol.Sessions;

/// <summary>What is open, in the order of its numbers, which count modulo 2^32. Found by bisection, the oldest first since that one is usually settled first.</summary>
internal sealed class OpenList<T>
    where T : struct
{
    private T[] _items = [];
    private int _head;

    public int Count { get; private set; }

    public ref T this[int index] => ref _items[_head + index];

    public void Add(in T item)
    {
        if (_head + Count == _items.Length)
        {
            MakeRoom();
        }

        _items[_head + Count++] = item;
    }

    /// <summary>Finds a number among the first items.</summary>
    /// <returns>Its index, or -1.</returns>
    public int Find(uint number, int among, Func<T, uint> numberOf)
    {
        if (among == 0)
        {
            return -1;
        }

        var oldest = numberOf(this[0]);
        if (oldest == number)
        {
            return 0;
        }

        var (low, high) = (0, among - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (numberOf(this[middle]) - oldest < number - oldest)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return numberOf(this[low]) == number ? low : -1;
    }

    public void RemoveAt(int index)
    {
        Count--;
        if (index < Count - index)
        {
            Array.Copy(_items, _head, _items, _head + 1, index);
            _head++;
        }
        else
        {
            Array.Copy(_items, _head + index + 1, _items, _head + index, Count - index);
        }

        if (Count == 0)
        {
            _head = 0;
            if (_items.Length > Spares.MostKept)
            {
                ReleaseMemory();
            }
        }
    }

    private void MakeRoom()
    {
        var into = Count * 2 >= _items.Length ? ArrayPool<T>.Shared.Rent(Math.Max(4, Count * 2)) : _items;
        Array.Copy(_items, _head, into, 0, Count);
        if (into != _items)
        {
            ReleaseMemory();
            _items = into;
        }

        _head = 0;
    }

    /// <summary>Gives the memory of an empty list back.</summary>
    public void ReleaseMemory()
    {
        if (_items.Length > 0)
        {
            ArrayPool<T>.Shared.Return(_items);
        }

        (_items, _head) = ([], 0);
    }

    public OpenList<T> Clone()
    {
        var clone = (OpenList<T>)MemberwiseClone();
        clone._items = (T[])_items.Clone();
        return clone;
    }
}
