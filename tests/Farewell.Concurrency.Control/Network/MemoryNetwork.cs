using System.Net;

namespace Farewell.Concurrency.Control;

/// <summary>The sockets of a run.</summary>
public sealed class MemoryNetwork
{
    private readonly Dictionary<int, Socket> _listeners = [];
    private readonly Run _run;
    private int _lastPort = 40_000;

    internal MemoryNetwork(Run run) => _run = run;

    /// <summary>The network of the calling strand's run.</summary>
    public static MemoryNetwork Here => Run.Current!.Network;

    /// <summary>The most octets that wait in one direction.</summary>
    public int Capacity { get; set; } = 200;

    internal Run Run => _run;

    /// <summary>Listens.</summary>
    public Socket Listen(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var at = new IPEndPoint(IPAddress.Loopback, endPoint.Port == 0 ? ++_lastPort : endPoint.Port);
        var listener = new Socket(this) { LocalEndPoint = at };
        _listeners.Add(at.Port, listener);
        return listener;
    }

    /// <summary>A connection: both its ends.</summary>
    public (Socket One, Socket Other) Pair()
    {
        var (one, other) = (new Socket(this), new Socket(this));
        one.Join(other, new IPEndPoint(IPAddress.Loopback, ++_lastPort), new IPEndPoint(IPAddress.Loopback, ++_lastPort));
        return (one, other);
    }

    internal bool TryConnect(Socket socket, IPEndPoint to)
    {
        if (!_listeners.TryGetValue(to.Port, out var listener) || listener.IsClosed)
        {
            return false;
        }

        var other = new Socket(this);
        socket.Join(other, new IPEndPoint(IPAddress.Loopback, ++_lastPort), to);
        listener.Arrive(other);
        return true;
    }
}
