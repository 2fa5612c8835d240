namespace Farewell.Concurrency.Control;

/// <summary>The descriptors of a process: the lowest free number is given out, so that whoever uses one after it was closed soon meets somebody else's.</summary>
internal sealed class Descriptors(Run run)
{
    private const int First = 3;

    private readonly SortedDictionary<int, object> _open = [];

    public int LowestFree
    {
        get
        {
            var lowest = First;
            foreach (var descriptor in _open.Keys)
            {
                if (descriptor != lowest)
                {
                    break;
                }

                lowest++;
            }

            return lowest;
        }
    }

    public int OpenSockets => _open.Values.Count(what => what is TcpSocket);

    /// <summary>What is still open of what carries octets, listeners too; null if nothing is.</summary>
    public string? Leak => OpenSockets > 0 ? $"descriptors: {string.Join(", ", _open.Where(pair => pair.Value is TcpSocket).Select(pair => $"{pair.Key} (a {(((TcpSocket)pair.Value).IsListening ? "listener" : "connection")})"))} left open" : null;

    /// <returns>The descriptor; -1 if there is none left.</returns>
    public int Open(object what)
    {
        var descriptor = LowestFree;
        if (descriptor >= run.Network.DescriptorLimit)
        {
            return -1;
        }

        _open.Add(descriptor, what);
        if (what is TcpSocket socket)
        {
            socket.References++;
        }

        return descriptor;
    }

    /// <summary>What a descriptor stands for. Nobody may ask for one that is closed: its number may be another's.</summary>
    public T Find<T>(int descriptor, string call)
        where T : class
    {
        if (!_open.TryGetValue(descriptor, out var what) || what is not T)
        {
            run.Fail($"descriptors: {call} on {descriptor}, which is {(what is null ? "closed" : $"a {what.GetType().Name}")}");
        }

        return (T)what!;
    }

    public bool IsOpen(int descriptor) => _open.ContainsKey(descriptor);

    public void Close(int descriptor)
    {
        var what = Find<object>(descriptor, "close");
        _open.Remove(descriptor);
        if (what is TcpSocket socket && --socket.References == 0)
        {
            // The last of it: no epoll instance watches it any more.
            foreach (var polls in _open.Values.OfType<PollSet>())
            {
                polls.Forget(socket);
            }

            socket.Close();
        }
    }
}
