using System.Net;

namespace Farewell.Concurrency.Control;

/// <summary>The network of a run: its ports, and the descriptors of its one process.</summary>
public sealed class MemoryNetwork
{
    private readonly Dictionary<int, TcpSocket> _listeners = [];
    private int _lastPort = 40_000;

    internal MemoryNetwork(Run run) => (Run, Descriptors) = (run, new Descriptors(run));

    /// <summary>The network of the calling strand's run.</summary>
    public static MemoryNetwork Here => Run.Current!.Network;

    /// <summary>The most octets that wait in one direction.</summary>
    public int Capacity { get; set; } = 200;

    /// <summary>RLIMIT_NOFILE.</summary>
    public int DescriptorLimit { get; set; } = int.MaxValue;

    /// <summary>The lowest descriptor that is free, which the next one will have.</summary>
    public int LowestFree => Descriptors.LowestFree;

    /// <summary>Descriptors of connections and listeners that are open.</summary>
    public int OpenSockets => Descriptors.OpenSockets;

    internal Run Run { get; }

    internal Descriptors Descriptors { get; }

    /// <summary>Listens.</summary>
    public Socket Listen(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var at = new IPEndPoint(IPAddress.Loopback, endPoint.Port == 0 ? ++_lastPort : endPoint.Port);
        var listener = new TcpSocket(this) { IsListening = true, Local = at };
        _listeners.Add(at.Port, listener);
        return new Socket(this, listener);
    }

    /// <summary>A connection: both its ends.</summary>
    public (Socket One, Socket Other) Pair()
    {
        var (one, other) = (new TcpSocket(this), new TcpSocket(this));
        one.Join(other, NewAddress(), NewAddress());
        return (new Socket(this, one), new Socket(this, other));
    }

    internal bool TryConnect(TcpSocket socket, IPEndPoint to)
    {
        if (!_listeners.TryGetValue(to.Port, out var listener))
        {
            return false;
        }

        // It holds itself open until it is accepted.
        var other = new TcpSocket(this) { References = 1 };
        socket.Join(other, NewAddress(), to);
        listener.Arrive(other);
        return true;
    }

    internal void Forget(TcpSocket listener) => _listeners.Remove(listener.Local!.Port);

    private IPEndPoint NewAddress() => new(IPAddress.Loopback, ++_lastPort);
}
