using System.Net;
using System.Net.Sockets;
using Farewell.Lab.Networks;
using Farewell.Tcp;

namespace Farewell.Lab.Running;

/// <summary>What one run of a strategy is given: the network, how many connections, and the means to open and note them.</summary>
public sealed class Arena : IAsyncDisposable
{
    private readonly List<LabConnection> _connections = [];
    private readonly List<IAsyncDisposable> _rooms = [];
    private readonly Func<ushort, ValueTask> _watch;

    /// <summary>An arena on a network.</summary>
    /// <param name="network">Where.</param>
    /// <param name="connections">How many connections to end, at least 1.</param>
    /// <param name="watch">Called once with the server's port before the first connection, so that the witnesses can take their places.</param>
    /// <param name="cancellation">Gives the run up.</param>
    public Arena(ILabNetwork network, int connections, Func<ushort, ValueTask>? watch = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(connections, 1);
        (Network, ConnectionCount, Cancellation) = (network, connections, cancellation);
        ResetEndsTimeWait = network.IsPrivate ? false : null;
        _watch = watch ?? (static _ => ValueTask.CompletedTask);
    }

    /// <summary>The network.</summary>
    public ILabNetwork Network { get; }

    /// <summary>How many connections the strategy is to end.</summary>
    public int ConnectionCount { get; }

    /// <summary>Gives the run up.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>The server's port, once the witnesses watch it; 0 before.</summary>
    public ushort Port { get; private set; }

    /// <summary>Whether the client's kernel lets a reset end a TIME-WAIT; set by strategies that change it, null when not known.</summary>
    public bool? ResetEndsTimeWait { get; set; }

    /// <summary>Whether the client's kernel counted one TIME-WAIT over its limit for every connection (TCPTimeWaitOverflow).</summary>
    public bool TimeWaitOverflowed { get; set; }

    /// <summary>The connections that the strategy has noted so far.</summary>
    public IReadOnlyList<LabConnection> Connections
    {
        get
        {
            lock (_connections)
            {
                return [.. _connections];
            }
        }
    }

    /// <summary>Notes a connection that is about to be opened, or of which the lab holds neither side and knows the four-tuple, client first.</summary>
    public LabConnection NewConnection(FourTuple? tuple = null)
    {
        var connection = new LabConnection(TimeProvider.System, Cancellation) { Tuple = tuple };
        lock (_connections)
        {
            _connections.Add(connection);
        }

        return connection;
    }

    /// <summary>A listener on the server's host, on a port that the kernel chose and the witnesses watch.</summary>
    public async Task<Socket> ListenAsync(Action<Socket>? configure = null)
    {
        var listener = Network.OnServer(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            configure?.Invoke(socket);
            socket.Bind(new IPEndPoint(Network.ServerAddress, 0));
            socket.Listen(1024);
            return socket;
        });
        await WatchAsync((ushort)((IPEndPoint)listener.LocalEndPoint!).Port);
        return listener;
    }

    /// <summary>Tells the witnesses the server's port, where something other than <see cref="ListenAsync"/> listens.</summary>
    public async Task WatchAsync(ushort port)
    {
        Port = port;
        await _watch(port);
    }

    /// <summary>A TCP socket on the client's host, not yet connected.</summary>
    public Socket NewClientSocket() => Network.OnClient(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

    /// <summary>A connection to the server's port whose client side the lab holds.</summary>
    public async Task<LabSocket> ConnectAsync()
    {
        var connection = NewConnection();
        var socket = NewClientSocket();
        await socket.ConnectAsync(new IPEndPoint(Network.ServerAddress, Port), Cancellation);
        return connection.AttachClient(socket);
    }

    /// <summary>As <see cref="ConnectAsync"/>, where the server may have ended the connection before its client has looked: to the socket an error of the connect, which is noted.</summary>
    public async Task<LabSocket> ConnectToWhatMayBeOverAsync()
    {
        var server = new IPEndPoint(Network.ServerAddress, Port);
        var (connection, socket) = (NewConnection(), NewClientSocket());
        try
        {
            await socket.ConnectAsync(server, Cancellation);
            return connection.AttachClient(socket);
        }
        catch (SocketException over) when (over.SocketErrorCode == SocketError.Shutdown)
        {
            var client = connection.AttachClient(socket, server);
            client.Note(over.SocketErrorCode);
            return client;
        }
    }

    /// <summary>
    /// Tries to connect and notes what the socket was told. It is bound first, so that its four-tuple is known even if nothing comes of it.
    /// </summary>
    public async Task<LabSocket> TryConnectAsync(Action<Socket>? configure = null)
    {
        var server = new IPEndPoint(Network.ServerAddress, Port);
        var socket = NewClientSocket();
        socket.Bind(new IPEndPoint(Network.ClientAddress, 0));
        configure?.Invoke(socket);
        var client = NewConnection().AttachClient(socket, server);
        try
        {
            await socket.ConnectAsync(server, Cancellation);
        }
        catch (SocketException error)
        {
            client.Note(error.SocketErrorCode);
        }

        return client;
    }

    /// <summary>Waits for all; a failure of one is thrown at once, since the others may be waiting for it.</summary>
    public static async Task AllAsync(IEnumerable<Task> work)
    {
        await foreach (var done in Task.WhenEach(work))
        {
            await done;
        }
    }

    /// <summary>Waits for a condition of the kernel's, looking once a millisecond for at most ten seconds.</summary>
    /// <exception cref="TimeoutException">It did not come true.</exception>
    public Task UntilTrue(Func<bool> condition, string what) => Condition.UntilAsync(condition, what, Cancellation);

    /// <summary>Accepts one connection and joins it to the client side that the lab holds, if it does.</summary>
    public async Task<LabSocket> AcceptAsync(Socket listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        return Join(await listener.AcceptAsync(Cancellation));
    }

    /// <summary>Joins an accepted socket, whoever accepted it, to the client side that the lab holds, if it does.</summary>
    public LabSocket Join(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var remote = Endpoint.From((IPEndPoint)socket.RemoteEndPoint!).Unmap();
        var known = Connections.FirstOrDefault(c => c.Server is null && c.Tuple?.Local == remote);
        return (known ?? NewConnection()).AttachServer(socket);
    }

    /// <summary>Keeps something alive until the witnesses have looked: a server, a client, a child process.</summary>
    public T Keep<T>(T room)
        where T : IAsyncDisposable
    {
        lock (_rooms)
        {
            _rooms.Add(room);
        }

        return room;
    }

    /// <summary>Ends what was kept, last first.</summary>
    public async ValueTask DisposeAsync()
    {
        IAsyncDisposable[] rooms;
        lock (_rooms)
        {
            rooms = [.. _rooms];
            _rooms.Clear();
        }

        foreach (var room in rooms.Reverse())
        {
            await room.DisposeAsync();
        }
    }
}
