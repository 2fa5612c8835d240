namespace Farewell.Protocol.Sessions;

/// <summary>What is open, in the order it was opened. Found by a scan from the oldest, since the oldest is usually settled first.</summary>
internal sealed class OpenList<T>
    where T : struct
{
    private T[] _items = new T[4];
    private int _head;

    public int Count { get; private set; }

    public ref T this[int index] => ref _items[_head + index];

    public void Add(in T item)
    {
        if (_head + Count == _items.Length)
        {
            var into = Count * 2 > _items.Length ? new T[_items.Length * 2] : _items;
            Array.Copy(_items, _head, into, 0, Count);
            (_items, _head) = (into, 0);
        }

        _items[_head + Count++] = item;
    }

    public void RemoveAt(int index)
    {
        Count--;
        if (index == 0)
        {
            _head = Count == 0 ? 0 : _head + 1;
        }
        else
        {
            Array.Copy(_items, _head + index + 1, _items, _head + index, Count - index);
        }
    }

    public OpenList<T> Clone()
    {
        var clone = (OpenList<T>)MemberwiseClone();
        clone._items = (T[])_items.Clone();
        return clone;
    }
}
